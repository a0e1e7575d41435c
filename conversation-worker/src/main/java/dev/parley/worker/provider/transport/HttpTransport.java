package dev.parley.worker.provider.transport;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Sends requests and gives back their responses as soon as the headers are there. Never retries and
 * never follows redirects. Thread-safe; blocks the calling thread, which should be a virtual one.
 */
public final class HttpTransport implements AutoCloseable {

  private final TransportConfig config;
  private final Alarms alarms = new Alarms();
  private final Map<String, OriginPool> pools = new ConcurrentHashMap<>();

  /**
   * What a server may send of one answer before it is read, in bytes; the JDK's own is 16 MiB, of
   * which a hundred would fill a heap when a loaded machine reads too slowly.
   */
  private static final int STREAM_WINDOW = 32 * 1024;

  public HttpTransport(TransportConfig config) {
    this.config = config;
    setWindows(config.streamsPerClient());
  }

  /**
   * The client knows of windows by properties alone, read when it makes a connection. That of the
   * connection has room for all its streams: those that are not read must not hold up the others.
   */
  private static void setWindows(int streams) {
    setIfAbsent("jdk.httpclient.windowsize", STREAM_WINDOW);
    setIfAbsent(
        "jdk.httpclient.connectionWindowSize",
        (int) Math.min(Integer.MAX_VALUE, (long) STREAM_WINDOW * Math.max(2, streams)));
  }

  private static void setIfAbsent(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /**
   * Posts a body.
   *
   * @param headers without those that the client sets itself
   * @param connect for a free client and its connection
   * @param response for the headers of the response; asked for when the request begins to be sent
   * @throws IOException when no response came
   * @throws InterruptedException after the exchange has been aborted
   */
  public HttpExchange post(
      URI uri,
      Map<String, String> headers,
      byte[] body,
      Deadline connect,
      Supplier<Deadline> response)
      throws IOException, InterruptedException, DeadlinePassedException {
    OriginPool pool =
        pools.computeIfAbsent(uri.getScheme() + "://" + uri.getAuthority(), this::newPool);
    ClientSlot slot = pool.acquire(connect);
    BodyReader reader = new BodyReader(alarms);
    var _ = reader.ended().whenComplete((ok, failure) -> pool.release(slot));
    boolean answered = false;
    try {
      HttpExchange exchange = send(slot, request(uri, headers), body, reader, connect, response);
      answered = true;
      return exchange;
    } finally {
      if (!answered) {
        reader.abort();
      }
    }
  }

  @Override
  public void close() {
    pools.values().forEach(OriginPool::close);
    alarms.close();
  }

  private static HttpExchange send(
      ClientSlot slot,
      HttpRequest.Builder request,
      byte[] body,
      BodyReader reader,
      Deadline connect,
      Supplier<Deadline> response)
      throws IOException, InterruptedException, DeadlinePassedException {
    boolean first = slot.enter(connect);
    CompletableFuture<Void> connected = new CompletableFuture<>();
    CompletableFuture<HttpResponse<BodyReader>> future = null;
    try {
      future =
          slot.client()
              .sendAsync(request.POST(new SignallingBody(body, connected)).build(), info -> reader);
      var _ = future.whenComplete((ok, failure) -> connected.complete(null));
      await(connected, connect);
      if (first) {
        settle(slot, future);
        first = false;
      }
      Deadline forResponse = response.get();
      return new HttpExchange(await(future, forResponse), reader, forResponse);
    } catch (InterruptedException | DeadlinePassedException e) {
      if (future != null) {
        future.cancel(true);
      }
      throw e;
    } finally {
      if (first) {
        slot.stayedCold();
      }
    }
  }

  private static void settle(ClientSlot slot, CompletableFuture<?> future) {
    if (future.isCompletedExceptionally()) {
      slot.stayedCold();
    } else {
      slot.warmed();
    }
  }

  private static <T> T await(CompletableFuture<T> future, Deadline deadline)
      throws IOException, InterruptedException, DeadlinePassedException {
    try {
      return future.get(Math.max(0, deadline.remaining()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw deadline.passed();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private static HttpRequest.Builder request(URI uri, Map<String, String> headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri);
    headers.forEach(builder::header);
    return builder;
  }

  private OriginPool newPool(String origin) {
    boolean plain = origin.startsWith("http:");
    return new OriginPool(
        () -> newClient(plain ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2),
        plain ? config.callsPerHttp1Client() : config.streamsPerClient(),
        config.maxCallsPerOrigin(),
        plain);
  }

  /**
   * Its work is done by the thread that waits for its sockets, without a hop to another one and
   * back for each record: decryption and frames are short, and a body's bytes are only handed over.
   * What goes out, and the search for the host's address, is done by the calling thread.
   */
  private HttpClient newClient(HttpClient.Version version) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(version)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Runnable::run);
    if (config.sslContext() != null) {
      builder.sslContext(config.sslContext());
    }
    return builder.build();
  }

  /** Tells when the client begins to send the body: from then on a connection stands. */
  private static final class SignallingBody implements HttpRequest.BodyPublisher {

    private final HttpRequest.BodyPublisher body;
    private final CompletableFuture<Void> connected;

    SignallingBody(byte[] bytes, CompletableFuture<Void> connected) {
      this.body = HttpRequest.BodyPublishers.ofByteArray(bytes);
      this.connected = connected;
    }

    @Override
    public long contentLength() {
      return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      connected.complete(null);
      body.subscribe(subscriber);
    }
  }
}
