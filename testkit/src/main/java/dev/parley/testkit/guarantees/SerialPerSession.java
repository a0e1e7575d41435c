package dev.parley.testkit.guarantees;

import dev.parley.simulator.calls.CallOutcome;
import dev.parley.simulator.calls.CallRecord;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose client had left do not count: the provider may notice a killed client late, and a
 * call that goes on for nobody disturbs nobody.
 */
final class SerialPerSession {

  private SerialPerSession() {}

  static @Nullable String firstViolation(History history) {
    List<CallRecord> calls =
        history.calls().stream()
            .filter(call -> call.session() != null && call.outcome() != CallOutcome.CLIENT_CLOSED)
            .sorted(Comparator.comparing(CallRecord::beganAt))
            .toList();
    Map<String, CallRecord> longest = new HashMap<>();
    for (CallRecord call : calls) {
      String session = String.valueOf(call.session());
      CallRecord before = longest.get(session);
      if (before != null && end(before).isAfter(call.beganAt())) {
        return "session %s: %s began before the end of %s"
            .formatted(session, described(call), described(before));
      }
      if (before == null || end(call).isAfter(end(before))) {
        longest.put(session, call);
      }
    }
    return null;
  }

  private static Instant end(CallRecord call) {
    return call.endedAt() == null ? Instant.MAX : call.endedAt();
  }

  private static String described(CallRecord call) {
    return "call %d (job %s, %d messages, %s to %s, %s)"
        .formatted(
            call.number(),
            call.job(),
            call.messages(),
            call.beganAt(),
            call.endedAt() == null ? "now" : call.endedAt(),
            call.outcome());
  }
}
