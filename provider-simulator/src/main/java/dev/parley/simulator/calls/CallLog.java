package dev.parley.simulator.calls;

import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last calls and counts all of them. A call whose record has fallen out of the window
 * is still counted rightly when it ends, and still reaches the sink.
 *
 * <p>Safe for use by many threads: one lock, held for a few map operations only. The sink is called
 * outside of it, by the thread that ended the call, so the order in which it sees calls is only
 * roughly that of their ends.
 */
public final class CallLog {

  private final Object lock = new Object();
  private final Clock clock;
  private final Consumer<CallRecord> sink;
  // INVARIANT: guarded by lock, all that follow; call n stands at n % window.length.
  private final @Nullable CallRecord[] window;
  private final Map<String, Integer> sessions = new HashMap<>();
  private final Map<CallOutcome, Long> ended = new EnumMap<>(CallOutcome.class);
  private long last;
  private long cleared;
  private int inFlight;
  private int peak;
  private int sessionPeak;
  private long tokens;

  /**
   * @param windowSize how many calls are remembered
   * @param sink gets every call when it has ended
   */
  public CallLog(int windowSize, Clock clock, Consumer<CallRecord> sink) {
    this.window = new CallRecord[windowSize];
    this.clock = clock;
    this.sink = sink;
  }

  /** Writes down that a call begins. */
  public CallRecord begin(
      long number,
      String format,
      String model,
      CallMarks marks,
      String context,
      int messages,
      boolean streamed) {
    synchronized (lock) {
      inFlight++;
      peak = Math.max(peak, inFlight);
      int ofSession = 0;
      String session = marks.session();
      if (session != null) {
        ofSession = sessions.merge(session, 1, Integer::sum);
        sessionPeak = Math.max(sessionPeak, ofSession);
      }
      last = Math.max(last, number);
      CallRecord call =
          new CallRecord(
              number,
              format,
              model,
              marks.job(),
              session,
              marks.user(),
              context,
              messages,
              streamed,
              clock.instant(),
              null,
              CallOutcome.IN_FLIGHT,
              0,
              0,
              inFlight,
              ofSession);
      window[slot(number)] = call;
      return call;
    }
  }

  /** Writes down that a call has ended; to be called once for each that began. */
  public void end(CallRecord begun, CallOutcome outcome, int status, int tokensSent) {
    CallRecord call;
    synchronized (lock) {
      call = begun.ended(clock.instant(), outcome, status, tokensSent);
      inFlight--;
      ended.merge(outcome, 1L, Long::sum);
      tokens += tokensSent;
      String session = call.session();
      if (session != null) {
        sessions.computeIfPresent(session, (name, count) -> count == 1 ? null : count - 1);
      }
      CallRecord remembered = window[slot(call.number())];
      if (remembered != null && remembered.number() == call.number()) {
        window[slot(call.number())] = call;
      }
    }
    sink.accept(call);
  }

  /**
   * Writes down that the last bytes of a call that had ended did not reach the client any more. The
   * sink gets the call a second time.
   */
  public void lost(CallRecord begun) {
    CallRecord call;
    synchronized (lock) {
      CallRecord remembered = window[slot(begun.number())];
      if (remembered == null
          || remembered.number() != begun.number()
          || begun.number() <= cleared) {
        return;
      }
      ended.merge(remembered.outcome(), -1L, Long::sum);
      ended.merge(CallOutcome.CLIENT_CLOSED, 1L, Long::sum);
      call =
          begun.ended(
              clock.instant(),
              CallOutcome.CLIENT_CLOSED,
              remembered.status(),
              remembered.tokensSent());
      window[slot(call.number())] = call;
    }
    sink.accept(call);
  }

  /** Every call that is remembered, in the order in which they began. */
  public List<CallRecord> calls() {
    return calls(0, Integer.MAX_VALUE, call -> true);
  }

  /** The calls after number {@code after} that are remembered and wanted, at most {@code limit}. */
  public List<CallRecord> calls(long after, int limit, Predicate<CallRecord> wanted) {
    List<CallRecord> found = new ArrayList<>();
    synchronized (lock) {
      long first = Math.max(after, Math.max(cleared, last - window.length)) + 1;
      for (long number = first; number <= last && found.size() < limit; number++) {
        CallRecord call = window[slot(number)];
        if (call != null && call.number() == number && wanted.test(call)) {
          found.add(call);
        }
      }
    }
    return found;
  }

  /** The counts. */
  public CallStats stats() {
    synchronized (lock) {
      long all = inFlight;
      for (long count : ended.values()) {
        all += count;
      }
      return new CallStats(
          all,
          inFlight,
          peak,
          sessionPeak,
          count(CallOutcome.COMPLETED),
          count(CallOutcome.FAILED),
          count(CallOutcome.CLIENT_CLOSED),
          count(CallOutcome.SERVER_CLOSED),
          tokens);
    }
  }

  /** Forgets the calls and counts so far; calls in flight stay known as such. */
  public void clear() {
    synchronized (lock) {
      cleared = last;
      ended.clear();
      tokens = 0;
      peak = inFlight;
      sessionPeak = sessions.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }
  }

  private long count(CallOutcome outcome) {
    return ended.getOrDefault(outcome, 0L);
  }

  private int slot(long number) {
    return (int) (number % window.length);
  }
}
