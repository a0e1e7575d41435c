package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.transport.Deadline;
import dev.parley.worker.provider.transport.DeadlinePassedException;
import dev.parley.worker.provider.transport.HttpExchange;
import dev.parley.worker.provider.transport.HttpTransport;
import dev.parley.worker.provider.transport.SseParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One try of a call: a wire format over the transport. Thread-safe; never retries. */
final class HttpChatProvider implements ChatProvider {

  private static final int MAX_ERROR_BYTES = 64 * 1024;
  private static final int MAX_EVENT_BYTES = 8 * 1024 * 1024;
  private static final int MAX_REPLY_BYTES = 32 * 1024 * 1024;
  private static final int MAX_REPLY_CHARS = 8 * 1024 * 1024;
  private static final Duration ERROR_BODY_TIME = Duration.ofSeconds(5);
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final WireFormat format;
  private final HttpTransport transport;
  private final Clock clock;

  HttpChatProvider(WireFormat format, HttpTransport transport, Clock clock) {
    this.format = format;
    this.transport = transport;
    this.clock = clock;
  }

  @Override
  public String name() {
    return format.provider();
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException {
    WireFormat.Request request = format.request(call);
    ReplyAssembler reply = new ReplyAssembler(listener, call.model(), MAX_REPLY_CHARS);
    Deadline total = Deadline.in(call.deadlines().total(), Deadlines.Phase.TOTAL);
    boolean answered = false;
    try (HttpExchange exchange = post(request, call, total)) {
      answered = true;
      read(exchange, call, total, reply, listener);
      return reply.build();
    } catch (DeadlinePassedException e) {
      throw new ProviderException(new Failure.Timeout(e.phase()), reply.partial(), e);
    } catch (JsonProcessingException e) {
      // Without the cause: its message quotes the answer.
      throw new ProviderException(new Failure.BrokenStream(), reply.partial(), null);
    } catch (IOException e) {
      Failure failure = answered ? new Failure.BrokenStream() : new Failure.Connection();
      throw new ProviderException(failure, reply.partial(), e);
    } catch (SseParser.EventTooLargeException e) {
      throw new ProviderException(new Failure.InvalidReply(), reply.partial(), e);
    } catch (ProviderException e) {
      throw new ProviderException(e.failure(), reply.partial(), e.getCause());
    }
  }

  private HttpExchange post(WireFormat.Request request, ProviderCall call, Deadline total)
      throws IOException, InterruptedException, DeadlinePassedException {
    Deadlines deadlines = call.deadlines();
    return transport.post(
        request.uri(),
        request.headers(),
        request.body(),
        Deadline.in(deadlines.connect(), Deadlines.Phase.CONNECT).or(total),
        () ->
            call.stream()
                ? Deadline.in(deadlines.firstToken(), Deadlines.Phase.FIRST_TOKEN).or(total)
                : total);
  }

  private void read(
      HttpExchange exchange,
      ProviderCall call,
      Deadline total,
      ReplyAssembler reply,
      ReplyListener listener)
      throws IOException,
          InterruptedException,
          DeadlinePassedException,
          ProviderException,
          SseParser.EventTooLargeException {
    reply.requestId(exchange.headers().firstValue(format.requestIdHeader()).orElse(null));
    ResponseHeaders.rateLimits(exchange.headers(), clock.instant())
        .ifPresent(listener::onRateLimits);
    if (exchange.status() < 200 || exchange.status() > 299) {
      throw new ProviderException(
          format.failure(exchange.status(), exchange.headers(), errorBody(exchange, total)), null);
    }
    WireFormat.Decoder decoder = format.decoder(reply);
    if (call.stream() && !isJson(exchange)) {
      readStream(exchange, call.deadlines().idle(), total, decoder, reply);
    } else {
      decoder.plain(plainBody(exchange, total));
    }
  }

  private static void readStream(
      HttpExchange exchange,
      Duration idle,
      Deadline total,
      WireFormat.Decoder decoder,
      ReplyAssembler reply)
      throws IOException,
          InterruptedException,
          DeadlinePassedException,
          ProviderException,
          SseParser.EventTooLargeException {
    SseParser parser = new SseParser(MAX_EVENT_BYTES);
    Deadline deadline = exchange.deadline();
    int seen = 0;
    while (true) {
      List<ByteBuffer> chunk = exchange.read(deadline);
      if (chunk == null) {
        if (parser.end()) {
          decode(parser, decoder, reply);
        }
        if (!reply.endable()) {
          throw new ProviderException(new Failure.BrokenStream(), null);
        }
        return;
      }
      for (ByteBuffer buffer : chunk) {
        parser.feed(buffer);
        while (parser.next()) {
          decode(parser, decoder, reply);
          if (reply.ended()) {
            exchange.finish();
            return;
          }
        }
      }
      total.check();
      if (reply.deltas() != seen) {
        seen = reply.deltas();
        deadline = Deadline.in(idle, Deadlines.Phase.IDLE).or(total);
      }
    }
  }

  private static void decode(SseParser parser, WireFormat.Decoder decoder, ReplyAssembler reply)
      throws IOException, ProviderException {
    if (parser.dataEquals(DONE)) {
      reply.terminal();
    } else if (parser.length() > 0
        && !decoder.text(parser.array(), parser.offset(), parser.length())) {
      decoder.event(
          parser.event(), WireJson.read(parser.array(), parser.offset(), parser.length()));
    }
  }

  private static JsonNode plainBody(HttpExchange exchange, Deadline total)
      throws IOException, InterruptedException, DeadlinePassedException, ProviderException {
    HttpExchange.Body body = exchange.readAll(MAX_REPLY_BYTES, total);
    if (!body.whole()) {
      throw new ProviderException(new Failure.InvalidReply(), null);
    }
    return WireJson.read(body.bytes(), 0, body.bytes().length);
  }

  /** The body of an error tells more than its status, if it comes soon. */
  private static @Nullable JsonNode errorBody(HttpExchange exchange, Deadline total)
      throws InterruptedException {
    try {
      Deadline soon = Deadline.in(ERROR_BODY_TIME, Deadlines.Phase.TOTAL).or(total);
      HttpExchange.Body body = exchange.readAll(MAX_ERROR_BYTES, soon);
      return body.whole() ? WireJson.read(body.bytes(), 0, body.bytes().length) : null;
    } catch (IOException | DeadlinePassedException e) {
      return null;
    }
  }

  private static boolean isJson(HttpExchange exchange) {
    return exchange
        .headers()
        .firstValue("content-type")
        .filter(type -> type.startsWith("application/json"))
        .isPresent();
  }
}
