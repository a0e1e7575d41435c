package dev.parley.simulator.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallLogTest {

  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  private final List<CallRecord> seen = new ArrayList<>();
  private final CallLog log = new CallLog(3, CLOCK, seen::add);
  private long number;

  private CallRecord begin(@Nullable String session) {
    return log.begin(
        ++number, "f", "m", new CallMarks("job-" + number, session, null), "00000000", 1, false);
  }

  @Test
  void twoCallsOfOneSessionAtOnceAreSeen() {
    CallRecord first = begin("a");
    begin("b");
    log.end(first, CallOutcome.COMPLETED, 200, 5);
    assertThat(begin("a").sessionInFlight()).isEqualTo(1);
    assertThat(log.stats().peakSessionInFlight()).isEqualTo(1);

    assertThat(begin("a").sessionInFlight()).isEqualTo(2);
    assertThat(log.stats().peakSessionInFlight()).isEqualTo(2);
    assertThat(log.stats().peakInFlight()).isEqualTo(3);
  }

  @Test
  void whatFallsOutOfTheWindowIsStillCountedAndReachesTheSink() {
    CallRecord first = begin(null);
    for (int i = 0; i < 3; i++) {
      log.end(begin(null), CallOutcome.COMPLETED, 200, 1);
    }
    log.end(first, CallOutcome.CLIENT_CLOSED, 0, 0);

    assertThat(log.calls()).extracting(CallRecord::number).containsExactly(2L, 3L, 4L);
    assertThat(log.stats().calls()).isEqualTo(4);
    assertThat(log.stats().clientClosed()).isEqualTo(1);
    assertThat(log.stats().inFlight()).isZero();
    assertThat(seen).hasSize(4).last().extracting(CallRecord::number).isEqualTo(1L);
  }

  @Test
  void callsAreReadOnFromANumber() {
    begin("a");
    begin("b");
    begin("a");

    assertThat(log.calls(1, 1, call -> true)).extracting(CallRecord::number).containsExactly(2L);
    assertThat(log.calls(0, 9, call -> "a".equals(call.session())))
        .extracting(CallRecord::number)
        .containsExactly(1L, 3L);
  }

  @Test
  void clearingForgetsWhatWasAndKeepsWhatGoesOn() {
    CallRecord open = begin("a");
    log.end(begin("b"), CallOutcome.FAILED, 500, 0);

    log.clear();

    assertThat(log.calls()).isEmpty();
    assertThat(log.stats().calls()).isEqualTo(1);
    assertThat(log.stats().inFlight()).isEqualTo(1);
    log.end(open, CallOutcome.COMPLETED, 200, 2);
    assertThat(log.stats().inFlight()).isZero();
    assertThat(log.stats().completed()).isEqualTo(1);
  }
}
