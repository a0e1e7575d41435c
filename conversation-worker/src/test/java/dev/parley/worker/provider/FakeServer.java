package dev.parley.worker.provider;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** An HTTP/1.1 server on a raw socket that does to its clients whatever a test scripts. */
public final class FakeServer implements AutoCloseable {

  private final ServerSocket socket;
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final CountDownLatch clientGone = new CountDownLatch(1);
  private volatile Script fallback = reply -> reply.status(500, "application/json", "{}");

  public FakeServer() {
    try {
      socket = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("fake-server").start(this::accept);
  }

  public String url() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  /** The next request is answered by this; after all scripts have run, the last {@code always}. */
  public FakeServer then(Script script) {
    scripts.add(script);
    return this;
  }

  public FakeServer always(Script script) {
    fallback = script;
    return this;
  }

  public List<Received> received() {
    return received;
  }

  public int connections() {
    return open.size();
  }

  /** Passes when a script has seen that its client hung up. */
  public CountDownLatch clientGone() {
    return clientGone;
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (Socket connection : open) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (true) {
      try {
        Socket connection = socket.accept();
        open.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      Reply reply = new Reply(connection, connection.getOutputStream());
      for (Received request = read(in); request != null; request = read(in)) {
        received.add(request);
        Script script = scripts.poll();
        (script == null ? fallback : script).answer(reply);
      }
    } catch (IOException e) {
      // The client went away, or the script broke the connection: both are what tests want.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Received read(InputStream in) throws IOException {
    String start = line(in);
    if (start == null) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    return new Received(start, headers, new String(body, StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) b);
    }
    return null;
  }

  /** What a client sent. */
  public record Received(String start, Map<String, String> headers, String body) {}

  /** Answers one request. */
  @FunctionalInterface
  public interface Script {
    void answer(Reply reply) throws IOException, InterruptedException;
  }

  /** How a script answers. */
  public final class Reply {
    private final Socket connection;
    private final OutputStream out;

    Reply(Socket connection, OutputStream out) {
      this.connection = connection;
      this.out = out;
    }

    public void status(int status, String contentType, String body, String... headers)
        throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
      head.append("content-type: ").append(contentType).append("\r\n");
      head.append("content-length: ").append(bytes.length).append("\r\n");
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      send(head.append("\r\n").toString());
      out.write(bytes);
      out.flush();
    }

    public void json(String body, String... headers) throws IOException {
      status(200, "application/json", body, headers);
    }

    /** Says exactly this. */
    public Reply raw(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
      return this;
    }

    /** Hangs up in good order. */
    public void hangUp() throws IOException {
      connection.close();
    }

    /** Begins a chunked stream. */
    public Reply stream(String... headers) throws IOException {
      StringBuilder head =
          new StringBuilder("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n");
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      send(head.append("transfer-encoding: chunked\r\n\r\n").toString());
      return this;
    }

    public Reply chunk(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      send(Integer.toHexString(bytes.length) + "\r\n");
      out.write(bytes);
      send("\r\n");
      return this;
    }

    public Reply data(String json) throws IOException {
      return chunk("data: " + json + "\n\n");
    }

    public Reply event(String name, String json) throws IOException {
      return chunk("event: " + name + "\ndata: " + json + "\n\n");
    }

    /** Ends the stream as the protocol wants it. */
    public void end() throws IOException {
      send("0\r\n\r\n");
    }

    public void reset() throws IOException {
      connection.setSoLinger(true, 0);
      connection.close();
    }

    /** Says nothing more until the client hangs up. */
    public void hang() throws IOException {
      try {
        connection.getInputStream().transferTo(OutputStream.nullOutputStream());
      } finally {
        clientGone.countDown();
      }
    }

    private void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }
}
