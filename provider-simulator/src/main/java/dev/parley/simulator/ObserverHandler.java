package dev.parley.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.parley.simulator.calls.CallLog;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.simulator.calls.CallStats;
import dev.parley.simulator.wire.JsonText;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Shows the call log over HTTP. */
final class ObserverHandler {

  private static final int MAX_LIMIT = 10_000;

  private final CallLog log;

  ObserverHandler(CallLog log) {
    this.log = log;
  }

  void stats(Exchange exchange) {
    CallStats stats = log.stats();
    exchange.answer(
        200,
        JsonText.object(json -> {
          json.writeNumberField("calls", stats.calls());
          json.writeNumberField("inFlight", stats.inFlight());
          json.writeNumberField("peakInFlight", stats.peakInFlight());
          json.writeNumberField("peakSessionInFlight", stats.peakSessionInFlight());
          json.writeNumberField("completed", stats.completed());
          json.writeNumberField("failed", stats.failed());
          json.writeNumberField("clientClosed", stats.clientClosed());
          json.writeNumberField("serverClosed", stats.serverClosed());
          json.writeNumberField("tokensSent", stats.tokensSent());
        }));
  }

  /** Query: {@code after} a call's number, {@code limit}, {@code job}, {@code session}. */
  void calls(Exchange exchange) {
    Fields query = Request.extractQueryParameters(exchange.request());
    String job = query.getValue("job");
    String session = query.getValue("session");
    Predicate<CallRecord> wanted =
        call ->
            (job == null || job.equals(call.job()))
                && (session == null || session.equals(call.session()));
    List<CallRecord> calls;
    try {
      long after = number(query.getValue("after"), 0);
      int limit = (int) Math.min(number(query.getValue("limit"), 1000), MAX_LIMIT);
      calls = log.calls(after, limit, wanted);
    } catch (NumberFormatException e) {
      exchange.answer(400, JsonText.object(json -> json.writeStringField("error", "not a number")));
      return;
    }
    exchange.answer(
        200,
        JsonText.object(json -> {
          json.writeArrayFieldStart("calls");
          for (CallRecord call : calls) {
            write(json, call);
          }
          json.writeEndArray();
        }));
  }

  void clear(Exchange exchange) {
    log.clear();
    stats(exchange);
  }

  private static long number(@Nullable String text, long missing) {
    return text == null ? missing : Long.parseUnsignedLong(text);
  }

  private static void write(JsonGenerator json, CallRecord call) throws IOException {
    json.writeStartObject();
    json.writeNumberField("number", call.number());
    json.writeStringField("format", call.format());
    json.writeStringField("model", call.model());
    text(json, "job", call.job());
    text(json, "session", call.session());
    text(json, "user", call.user());
    json.writeStringField("context", call.context());
    json.writeNumberField("messages", call.messages());
    json.writeBooleanField("streamed", call.streamed());
    json.writeStringField("beganAt", call.beganAt().toString());
    Instant end = call.endedAt();
    text(json, "endedAt", end == null ? null : end.toString());
    json.writeStringField("outcome", call.outcome().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("status", call.status());
    json.writeNumberField("tokensSent", call.tokensSent());
    json.writeNumberField("inFlight", call.inFlight());
    json.writeNumberField("sessionInFlight", call.sessionInFlight());
    json.writeEndObject();
  }

  private static void text(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }
}
