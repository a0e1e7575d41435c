package dev.parley.worker.resilience;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.parley.worker.provider.ChatProvider;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A circuit breaker for each model of each provider. Thread-safe. */
public final class Breakers {

  private static final Logger log = LoggerFactory.getLogger(Breakers.class);

  /** Tenants name models as they like, so what nobody asks for any more is forgotten. */
  private static final int MOST = 2_000;

  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  /** The least that those wait who came while others probe. */
  private static final Duration PROBE_WAIT = Duration.ofSeconds(1);

  private final BreakerConfig config;
  private final CircuitBreakerConfig settings;
  private final MeterRegistry metrics;
  private final Clock clock;
  private final RandomGenerator random;
  private final Cache<Key, Circuit> breakers =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(FORGET_AFTER).build();

  /**
   * @param random has to be thread-safe
   */
  public Breakers(
      BreakerConfig config, MeterRegistry metrics, Clock clock, RandomGenerator random) {
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
    this.settings =
        CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.TIME_BASED)
            .slidingWindowSize(Math.toIntExact(config.window().toSeconds()))
            .minimumNumberOfCalls(config.minimumCalls())
            .failureRateThreshold((float) (config.failureRate() * 100))
            .permittedNumberOfCallsInHalfOpenState(config.probes())
            .waitDurationInOpenState(config.openFor())
            .clock(clock)
            .build();
    Gauge.builder("parley.provider.circuits.open", this, Breakers::open)
        .description("models that are left alone because they fail, or being probed again")
        .register(metrics);
  }

  private record Key(String provider, String model) {}

  /** The provider with its breakers; the provider itself when there are none. */
  public ChatProvider around(ChatProvider provider) {
    return config.enabled() ? new BreakerProvider(provider, this) : provider;
  }

  Circuit of(String provider, String model) {
    return breakers.get(new Key(provider, model), this::make);
  }

  /** One model's breaker, which also knows when it lets calls through again. */
  final class Circuit {
    final CircuitBreaker breaker;
    private volatile Instant probedAt = Instant.MIN;

    private Circuit(CircuitBreaker breaker) {
      this.breaker = breaker;
    }

    /** Spread out, so that those who wait do not come back at one moment. */
    Duration untilNextProbe() {
      Instant now = clock.instant();
      Instant soonest = now.plus(PROBE_WAIT);
      Instant next = probedAt.isAfter(soonest) ? probedAt : soonest;
      long spread = config.openFor().toNanos() / 4 + 1;
      return Duration.between(now, next).plus(Duration.ofNanos(random.nextLong(spread)));
    }
  }

  private double open() {
    return breakers.asMap().values().stream()
        .filter(circuit -> circuit.breaker.getState() != State.CLOSED)
        .count();
  }

  private Circuit make(Key key) {
    Circuit circuit = new Circuit(CircuitBreaker.of(key.provider() + "/" + key.model(), settings));
    circuit
        .breaker
        .getEventPublisher()
        .onStateTransition(event -> changed(key, circuit, event.getStateTransition().getToState()));
    return circuit;
  }

  private void changed(Key key, Circuit circuit, State to) {
    if (to == State.OPEN) {
      circuit.probedAt = clock.instant().plus(config.openFor()).plusMillis(1);
    }
    log.atWarn()
        .setMessage("provider circuit")
        .addKeyValue("provider", key.provider())
        .addKeyValue("model", key.model())
        .addKeyValue("state", to)
        .log();
    Counter.builder("parley.provider.circuit.transitions")
        .description("circuit breakers that opened, closed, or let calls probe")
        .tag("provider", key.provider())
        .tag("model", key.model())
        .tag("to", to.name().toLowerCase(Locale.ROOT))
        .register(metrics)
        .increment();
  }
}
