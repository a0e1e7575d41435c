package dev.parley.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.resilience.Fixtures.TestClock;
import dev.parley.worker.resilience.Fixtures.Told;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BreakersTest {

  private static final BreakerConfig CONFIG =
      new BreakerConfig(true, 0.5, 4, Duration.ofSeconds(10), Duration.ofSeconds(8), 2);

  private final TestClock clock = new TestClock();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Told inner = new Told();
  private final ChatProvider provider =
      new Breakers(CONFIG, metrics, clock, new Random(1)).around(inner);

  @Test
  void opensWhenHalfOfTheCallsFailAndClosesWhenTheProbesAreAnswered() throws Exception {
    answer();
    answer();
    fail(new Failure.Overloaded(null));
    fail(new Failure.ServerError(500, null));
    assertThat(open()).isEqualTo(1);

    ProviderException e = failure("m");
    assertThat(e.failure()).isInstanceOf(Failure.CircuitOpen.class);
    assertThat(e.failure().retryAfter()).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
    assertThat(inner.calls).isEqualTo(4);

    clock.advance(Duration.ofMillis(8_001));
    answer();
    answer();
    assertThat(open()).isZero();
    answer();
    assertThat(
            metrics
                .get("parley.provider.circuit.transitions")
                .tag("to", "open")
                .tag("model", "m")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void opensAgainWhenTheProbesFail() throws Exception {
    for (int i = 0; i < 4; i++) {
      fail(new Failure.Connection());
    }
    clock.advance(Duration.ofMillis(8_001));
    fail(new Failure.Connection());
    fail(new Failure.Connection());
    assertThat(failure("m").failure()).isInstanceOf(Failure.CircuitOpen.class);
  }

  @Test
  void eachModelHasItsOwn() throws Exception {
    for (int i = 0; i < 4; i++) {
      fail(new Failure.BrokenStream());
    }
    inner.failure = null;
    provider.call(Fixtures.call("other", 1), ReplyListener.NONE);
  }

  @Test
  void whatSaysNothingOfTheModelsHealthLeavesItClosed() throws Exception {
    for (Failure failure :
        List.of(
            new Failure.RateLimited(null),
            new Failure.Authentication(),
            new Failure.QuotaExhausted(),
            new Failure.InvalidRequest(null),
            new Failure.ContentFiltered(),
            new Failure.ServerError(408, null))) {
      for (int i = 0; i < 6; i++) {
        fail(failure);
      }
    }
    assertThat(open()).isZero();
    answer();
  }

  @Test
  void aProbeThatIsCancelledLetsAnotherOneProbe() throws Exception {
    for (int i = 0; i < 4; i++) {
      fail(new Failure.Timeout(Deadlines.Phase.FIRST_TOKEN));
    }
    clock.advance(Duration.ofMillis(8_001));
    inner.interrupted = true;
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> provider.call(Fixtures.call("m", 1), ReplyListener.NONE))
          .isInstanceOf(InterruptedException.class);
    }
    inner.interrupted = false;
    answer();
    answer();
    assertThat(open()).isZero();
  }

  @Test
  void withoutBreakersTheProviderIsLeftAsItIs() {
    BreakerConfig off =
        new BreakerConfig(false, 1, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), 1);
    assertThat(new Breakers(off, metrics, clock, new Random(1)).around(inner)).isSameAs(inner);
  }

  private void answer() throws Exception {
    inner.failure = null;
    provider.call(Fixtures.call("m", 1), ReplyListener.NONE);
  }

  private void fail(Failure failure) {
    inner.failure = failure;
    assertThat(failure("m").failure()).isEqualTo(failure);
  }

  private ProviderException failure(String model) {
    return catchThrowableOfType(
        ProviderException.class, () -> provider.call(Fixtures.call(model, 1), ReplyListener.NONE));
  }

  private double open() {
    return metrics.get("parley.provider.circuits.open").gauge().value();
  }
}
