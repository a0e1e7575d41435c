package dev.parley.simulator.script;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long the first token lets itself be waited for. */
public sealed interface Delay {

  /** No wait at all. */
  Delay NONE = new Fixed(Duration.ZERO);

  /** One draw, in nanoseconds; {@code random} is asked only when the delay is random. */
  long nanos(RandomGenerator random);

  /** Always the same. */
  record Fixed(Duration value) implements Delay {
    @Override
    public long nanos(RandomGenerator random) {
      return value.toNanos();
    }
  }

  /** Anything from {@code low} to {@code high}, equally likely. */
  record Uniform(Duration low, Duration high) implements Delay {
    public Uniform {
      if (low.compareTo(high) >= 0) {
        throw new IllegalArgumentException("a uniform latency goes from a lower to a higher time");
      }
    }

    @Override
    public long nanos(RandomGenerator random) {
      return random.nextLong(low.toNanos(), high.toNanos());
    }
  }

  /** Exponentially distributed with the given mean, cut at twenty times the mean. */
  record Exponential(Duration mean) implements Delay {
    private static final double LONGEST = 20;

    @Override
    public long nanos(RandomGenerator random) {
      return (long) (mean.toNanos() * Math.min(random.nextExponential(), LONGEST));
    }
  }
}
