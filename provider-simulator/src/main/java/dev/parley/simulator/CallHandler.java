package dev.parley.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.parley.simulator.calls.CallLog;
import dev.parley.simulator.calls.CallMarks;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.simulator.script.Behaviour;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.DirectiveException;
import dev.parley.simulator.script.Plan;
import dev.parley.simulator.script.Planner;
import dev.parley.simulator.wire.BadRequestException;
import dev.parley.simulator.wire.WireFormat;
import java.io.IOException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/** Reads requests for replies and sets the calls going. Safe for use by many threads. */
final class CallHandler {

  private final SimulatorConfig config;
  private final ObjectMapper mapper = new ObjectMapper();
  private final Planner planner;
  private final OpenCalls calls;
  private final CallLog log;

  CallHandler(SimulatorConfig config, Planner planner, OpenCalls calls, CallLog log) {
    this.config = config;
    this.planner = planner;
    this.calls = calls;
    this.log = log;
  }

  void handle(WireFormat format, Exchange exchange) {
    Content.Source.asByteArrayAsync(
        exchange.request(),
        config.maxRequestBytes(),
        Promise.Invocable.from(
            InvocationType.NON_BLOCKING,
            body -> begin(format, exchange, body),
            failure -> unread(format, exchange, failure)));
  }

  private static void unread(WireFormat format, Exchange exchange, Throwable failure) {
    if (failure instanceof IllegalStateException) {
      exchange.answer(413, format.error(413, "The request is too large.", null));
    } else {
      exchange.callback().failed(failure);
    }
  }

  private void begin(WireFormat format, Exchange exchange, byte[] bytes) {
    LiveCall call;
    try {
      call = read(format, exchange, bytes);
    } catch (BadRequestException e) {
      exchange.answer(400, format.error(400, String.valueOf(e.getMessage()), e.code()));
      return;
    } catch (DirectiveException e) {
      exchange.answer(400, format.error(400, String.valueOf(e.getMessage()), null));
      return;
    } catch (IOException e) {
      exchange.answer(400, format.error(400, "The body is not valid JSON.", null));
      return;
    }
    call.begin();
  }

  private LiveCall read(WireFormat format, Exchange exchange, byte[] bytes) throws IOException {
    Request http = exchange.request();
    JsonNode body = mapper.readTree(bytes);
    if (!body.isObject()) {
      throw new BadRequestException("The body is not a JSON object.");
    }
    ChatRequest request =
        format.read(http.getHttpURI().getDecodedPath(), http.getHttpURI().getQuery(), body);
    Behaviour behaviour = planner.behaviour(request, header(http, "x-sim"));
    checkWindow(format, request, behaviour.window());
    CallMarks marks = marks(http, request, behaviour, format.user(body));
    long number = calls.nextNumber();
    Plan plan = planner.plan(request, behaviour, number, marks.job());
    CallRecord begun =
        log.begin(
            number,
            format.name(),
            request.model(),
            marks,
            request.context(),
            request.messages(),
            request.streamed());
    return new LiveCall(exchange, format, request, plan, calls, log, begun);
  }

  private static void checkWindow(WireFormat format, ChatRequest request, int window) {
    long wanted = request.promptTokens() + (request.maxTokens() == null ? 0L : request.maxTokens());
    if (window > 0 && wanted > window) {
      throw new BadRequestException(
          "This model's maximum context length is %d tokens, and %d were requested."
              .formatted(window, wanted),
          format.name().startsWith("openai") ? "context_length_exceeded" : null);
    }
  }

  private static CallMarks marks(
      Request http, ChatRequest request, Behaviour behaviour, @Nullable String user) {
    String job = header(http, "x-parley-job");
    if (job == null) {
      job = header(http, "idempotency-key");
    }
    if (job == null) {
      job = request.metadata().get("job");
    }
    String session = behaviour.session();
    if (session == null) {
      session = request.metadata().get("session");
    }
    if (session == null) {
      session = header(http, "x-parley-session");
    }
    return new CallMarks(job, session, user);
  }

  private static @Nullable String header(Request http, String name) {
    return http.getHeaders().get(name);
  }
}
