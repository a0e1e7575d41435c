package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.schemas.chat.FinishReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class RetryingProviderTest {

  private static final ProviderReply REPLY =
      new ProviderReply(List.of(), FinishReason.STOP, null, "m", null);

  private final Scripted inner = new Scripted();
  private final List<Duration> slept = new ArrayList<>();
  private final RecordingListener listener = new RecordingListener();
  private RetryBudget budget = new RetryBudget(0.2, 0, 100, () -> 0);

  /** Always the longest wait that the jitter allows. */
  private RandomGenerator random = new Highest();

  private long now;

  @Test
  void triesAgainWhatMayPass() throws Exception {
    for (Failure failure :
        List.of(
            new Failure.RateLimited(null),
            new Failure.Overloaded(null),
            new Failure.ServerError(500, null),
            new Failure.ServerError(408, null),
            new Failure.ServerError(409, null),
            new Failure.Connection(),
            new Failure.BrokenStream(),
            new Failure.Timeout(Deadlines.Phase.CONNECT),
            new Failure.Timeout(Deadlines.Phase.FIRST_TOKEN))) {
      inner.fail(failure).answer();
      assertThat(call(Calls.hello("m"))).as(failure.toString()).isEqualTo(REPLY);
    }
  }

  @Test
  void doesNotTryAgainWhatWillNotPass() {
    for (Failure failure :
        List.of(
            new Failure.QuotaExhausted(),
            new Failure.InvalidRequest(null),
            new Failure.Authentication(),
            new Failure.ContentFiltered(),
            new Failure.InvalidReply(),
            new Failure.Timeout(Deadlines.Phase.TOTAL))) {
      inner.fail(failure);
      ProviderException e = failure(Calls.hello("m"));
      assertThat(e.failure()).isEqualTo(failure);
      assertThat(e.retryAfter()).isNull();
      assertThat(e.tries()).isEqualTo(1);
    }
    assertThat(slept).isEmpty();
  }

  @Test
  void neverTriesAgainAfterVisibleOutput() {
    inner.failVisibly(new Failure.BrokenStream());
    ProviderException e = failure(Calls.hello("m"));
    assertThat(e.retryAfter()).isNull();
    assertThat(e.visibleOutput()).isTrue();
    assertThat(inner.calls).hasSize(1);
  }

  @Test
  void waitsShortlyHereAndLeavesLongerWaitsToTheCaller() throws Exception {
    for (int i = 0; i < 6; i++) {
      inner.fail(new Failure.Overloaded(null));
    }
    ProviderException e = failure(Calls.hello("m"));
    assertThat(slept)
        .containsExactly(Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(e.tries()).isEqualTo(4);
    assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(listener.heard())
        .containsExactly(
            "retry 2 provider_overloaded",
            "retry 3 provider_overloaded",
            "retry 4 provider_overloaded");

    ProviderException later = failure(Calls.hello("m").withTriesBefore(e.tries()));
    assertThat(later.tries()).isEqualTo(5);
    assertThat(later.retryAfter()).isEqualTo(Duration.ofSeconds(4));

    ProviderException last = failure(Calls.hello("m").withTriesBefore(later.tries()));
    assertThat(last.tries()).isEqualTo(6);
    assertThat(last.retryAfter()).isNull();
  }

  @Test
  void honoursRetryAfterUpToItsCap() {
    inner.fail(new Failure.RateLimited(Duration.ofSeconds(7)));
    assertThat(failure(Calls.hello("m")).retryAfter())
        .isBetween(Duration.ofSeconds(7), Duration.ofMillis(7_250));
    inner.fail(new Failure.RateLimited(Duration.ofHours(5)));
    assertThat(failure(Calls.hello("m")).retryAfter())
        .isBetween(Duration.ofSeconds(60), Duration.ofMillis(60_250));
    assertThat(slept).isEmpty();
  }

  @Test
  void jitterSpreadsOverTheWholeBackOff() {
    long seed = Long.getLong("parley.test.seed", System.nanoTime());
    random = new Random(seed);
    RetryPolicy policy = RetryPolicy.DEFAULT;
    long below = 0;
    for (int i = 0; i < 1_000; i++) {
      Duration wait = policy.waitAfter(new Failure.Connection(), 3, random);
      assertThat(wait).as("seed %d", seed).isBetween(Duration.ZERO, Duration.ofSeconds(1));
      below += wait.compareTo(Duration.ofMillis(500)) < 0 ? 1 : 0;
    }
    assertThat(below).as("seed %d", seed).isBetween(400L, 600L);
    assertThat(policy.waitAfter(new Failure.Connection(), 500, new Highest()))
        .isEqualTo(policy.maxBackOff());
  }

  @Test
  void anEmptyBudgetLeavesTheRetryToTheCallerAfterALongerWait() {
    budget = new RetryBudget(0.5, 0, 1, () -> now);
    inner.fail(new Failure.Connection()).fail(new Failure.Connection());
    ProviderException e = failure(Calls.hello("m"));
    assertThat(inner.calls).hasSize(2);
    assertThat(e.retryAfter()).isGreaterThan(RetryPolicy.DEFAULT.maxInnerWait());
  }

  @Test
  void callsPayIntoTheBudget() {
    budget = new RetryBudget(0.5, 0, 1, () -> now);
    for (int i = 0; i < 6; i++) {
      inner.fail(new Failure.Connection()).fail(new Failure.Connection());
    }
    failure(Calls.hello("m"));
    assertThat(inner.calls).hasSize(2);
    failure(Calls.hello("m"));
    assertThat(inner.calls).hasSize(3);
    failure(Calls.hello("m"));
    assertThat(inner.calls).hasSize(5);
  }

  @Test
  void aRepeatInALaterTurnTakesFromTheBudgetTooAndWaitsForItWithoutATry() throws Exception {
    budget = new RetryBudget(0, 1, 1, () -> now);
    assertThat(budget.tryTake()).isTrue();

    ProviderException e = failure(Calls.hello("m").withTriesBefore(3));
    assertThat(e.failure()).isEqualTo(new Failure.RetriesSpent());
    assertThat(e.tries()).isEqualTo(3);
    assertThat(e.retryAfter()).isGreaterThan(RetryPolicy.DEFAULT.maxInnerWait());
    assertThat(inner.calls).isEmpty();

    now += Duration.ofSeconds(1).toNanos();
    inner.answer();
    assertThat(call(Calls.hello("m").withTriesBefore(3))).isEqualTo(REPLY);
    assertThat(budget.taken()).isEqualTo(2);
    assertThat(budget.denied()).isEqualTo(1);
  }

  @Test
  void whatWasNotCalledIsNoTryAndPaysForNoRepeat() {
    budget = new RetryBudget(1, 0, 1, () -> now);
    assertThat(budget.tryTake()).isTrue();
    for (Failure failure :
        List.of(
            new Failure.CircuitOpen(Duration.ofMinutes(5)),
            new Failure.LimitReached(Duration.ofMillis(3)))) {
      inner.fail(failure);
      ProviderException e = failure(Calls.hello("m"));
      assertThat(e.tries()).isZero();
      assertThat(e.retryAfter()).isEqualTo(failure.retryAfter());
    }
    assertThat(slept).isEmpty();
    assertThat(budget.available()).isZero();
  }

  @Test
  void aTryThatFailedIsToldBeforeTheNextOne() throws Exception {
    inner.fail(new Failure.Overloaded(null)).answer();
    List<ProviderException> told = new ArrayList<>();
    provider()
        .call(
            Calls.hello("m"),
            new ReplyListener() {
              @Override
              public void onTryFailed(ProviderException failure) {
                told.add(failure);
              }
            });
    assertThat(told).extracting(ProviderException::code).containsExactly("provider_overloaded");
  }

  @Test
  void inAnOutageRepeatsStayAFractionOfTheCalls() {
    budget = new RetryBudget(0.2, 0, 10, () -> now);
    for (int i = 0; i < 1_000; i++) {
      for (int j = 0; j < 6; j++) {
        inner.fail(new Failure.Connection());
      }
      failure(Calls.hello("m"));
      inner.ends.clear();
    }
    assertThat(inner.calls).hasSizeBetween(1_200, 1_210);
  }

  @Test
  void triesAndWaitsTogetherKeepTheTotalDeadline() {
    Deadlines deadlines = Calls.PATIENT.withTotal(Duration.ofSeconds(10));
    inner.takes(Duration.ofMillis(9_900)).fail(new Failure.Connection());
    ProviderException e = failure(Calls.hello("m").withDeadlines(deadlines));
    assertThat(slept).isEmpty();
    assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(250));

    inner
        .takes(Duration.ofSeconds(4))
        .fail(new Failure.Connection())
        .fail(new Failure.Authentication());
    failure(Calls.hello("m").withDeadlines(deadlines));
    assertThat(inner.calls.getLast().deadlines().total()).isEqualTo(Duration.ofMillis(5_750));
  }

  private ProviderReply call(ProviderCall call) throws Exception {
    return provider().call(call, listener);
  }

  private ProviderException failure(ProviderCall call) {
    return catchThrowableOfType(ProviderException.class, () -> call(call));
  }

  private RetryingProvider provider() {
    return new RetryingProvider(
        inner,
        RetryPolicy.DEFAULT,
        budget,
        random,
        () -> now,
        wait -> {
          slept.add(wait);
          now += wait.toNanos();
        });
  }

  private static final class Highest implements RandomGenerator {
    @Override
    public long nextLong() {
      return -1;
    }

    @Override
    public long nextLong(long bound) {
      return bound - 1;
    }
  }

  /** Ends its calls as it was told, in order. */
  private final class Scripted implements ChatProvider {

    private final List<ProviderCall> calls = new ArrayList<>();
    private final Deque<Object> ends = new ArrayDeque<>();
    private Duration takes = Duration.ZERO;

    Scripted fail(Failure failure) {
      ends.add(new ProviderException(failure, null));
      return this;
    }

    void failVisibly(Failure failure) {
      ends.add(
          new ProviderException(
              failure, new ProviderException.Partial(true, List.of(), null, "m", null), null));
    }

    void answer() {
      ends.add(REPLY);
    }

    Scripted takes(Duration time) {
      takes = time;
      return this;
    }

    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener heard) throws ProviderException {
      calls.add(call);
      now += takes.toNanos();
      Object end = ends.removeFirst();
      if (end instanceof ProviderException failure) {
        throw failure;
      }
      return (ProviderReply) end;
    }
  }
}
