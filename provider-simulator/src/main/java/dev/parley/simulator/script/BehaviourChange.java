package dev.parley.simulator.script;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects directives over a base. Used by one thread, once. */
final class BehaviourChange {

  private static final int DEFAULT_FAILURE = 503;
  private static final int MAX_TOKENS = 1_000_000;
  private static final Set<String> FINISHES =
      Set.of("stop", "length", "content_filter", "tool_calls");

  private Delay latency;
  private double rate;
  private int tokens;
  private @Nullable Integer failStatus;
  private int failTimes = Failure.ALWAYS;
  private @Nullable Duration retryAfter;
  private @Nullable String errorCode;
  private double failureRate;
  private @Nullable Break disruption;
  private boolean usage;
  private @Nullable String finish;
  private @Nullable String tool;
  private int cached;
  private int cacheWrite;
  private int cacheWrite1h;
  private int reasoning;
  private int window;
  private @Nullable String key;
  private @Nullable String session;

  BehaviourChange(Behaviour base) {
    latency = base.latency();
    rate = base.tokensPerSecond();
    tokens = base.tokens();
    failureRate = base.failureRate();
    disruption = base.disruption();
    usage = base.usage();
    finish = base.finish();
    tool = base.tool();
    cached = base.cachedTokens();
    cacheWrite = base.cacheWriteTokens();
    cacheWrite1h = base.cacheWrite1hTokens();
    reasoning = base.reasoningTokens();
    window = base.window();
    key = base.key();
    session = base.session();
    Failure failure = base.failure();
    if (failure != null) {
      failStatus = failure.status();
      failTimes = failure.times();
      retryAfter = failure.retryAfter();
      errorCode = failure.code();
    }
  }

  Behaviour result() {
    boolean byChance = failureRate > 0 && failureRate < 1;
    Integer status = failStatus == null && byChance ? Integer.valueOf(DEFAULT_FAILURE) : failStatus;
    Failure failure = status == null ? null : new Failure(status, failTimes, retryAfter, errorCode);
    return new Behaviour(
        latency,
        rate,
        tokens,
        failure,
        failureRate,
        disruption,
        usage,
        finish,
        tool,
        cached,
        cacheWrite,
        cacheWrite1h,
        reasoning,
        window,
        key,
        session);
  }

  /**
   * @throws IllegalArgumentException with what is wrong about the value
   */
  void set(String name, String value) {
    switch (name) {
      case "latency" -> latency = delay(value);
      case "rate" -> rate = rate(value);
      case "tokens" -> tokens = count(value);
      case "fail" -> fail(value);
      case "fail-rate" -> failureRate = share(value);
      case "retry-after" -> retryAfter = time(value);
      case "error-code" -> errorCode = value;
      case "reset-after" -> disruption = resetAfter(count(value));
      case "cut-after" -> disruption = new Break(Break.Kind.CUT, count(value));
      case "error-in-stream" -> disruption = new Break(Break.Kind.ERROR, count(value));
      case "hang" -> disruption = new Break(Break.Kind.HANG, hang(value));
      case "hang-after" -> disruption = new Break(Break.Kind.HANG, count(value));
      case "usage" -> usage = usage(value);
      case "cached" -> cached = count(value);
      case "cache-write" -> cacheWrite = count(value);
      case "cache-write-1h" -> cacheWrite1h = count(value);
      case "reasoning" -> reasoning = count(value);
      case "window" -> window = count(value);
      case "finish" -> finish = finish(value);
      case "tool" -> tool = value;
      case "key" -> key = value;
      case "session" -> session = value;
      default -> throw new IllegalArgumentException("there is no such directive");
    }
  }

  private void fail(String value) {
    int colon = value.indexOf(':');
    failStatus = count(colon < 0 ? value : value.substring(0, colon));
    failTimes = colon < 0 ? Failure.ALWAYS : count(value.substring(colon + 1));
    failureRate = 1;
    new Failure(failStatus, failTimes, null, null);
  }

  private static Break resetAfter(int count) {
    return new Break(Break.Kind.RESET, count == 0 ? Break.BEFORE_ANYTHING : count);
  }

  private static int hang(String value) {
    return switch (value) {
      case "before" -> Break.BEFORE_ANYTHING;
      case "opened" -> 0;
      case "between" -> 1;
      default -> throw new IllegalArgumentException("hang is before, opened or between");
    };
  }

  private static boolean usage(String value) {
    return switch (value) {
      case "full" -> true;
      case "none" -> false;
      default -> throw new IllegalArgumentException("usage is full or none");
    };
  }

  private static String finish(String value) {
    if (!FINISHES.contains(value)) {
      throw new IllegalArgumentException("finish is stop, length, content_filter or tool_calls");
    }
    return value;
  }

  private static Delay delay(String value) {
    if (value.startsWith("exp:")) {
      return new Delay.Exponential(time(value.substring(4)));
    }
    int dots = value.indexOf("..");
    return dots < 0
        ? new Delay.Fixed(time(value))
        : new Delay.Uniform(time(value.substring(0, dots)), time(value.substring(dots + 2)));
  }

  private static double rate(String value) {
    double rate = number(value.endsWith("/s") ? value.substring(0, value.length() - 2) : value);
    if (rate > 0 && rate < 0.001) {
      throw new IllegalArgumentException("the slowest rate is 0.001/s");
    }
    return rate;
  }

  private static double share(String value) {
    double share = number(value);
    if (share > 1) {
      throw new IllegalArgumentException("a share is from 0 to 1");
    }
    return share;
  }

  private static int count(String value) {
    if (!value.matches("[0-9]{1,7}") || Integer.parseInt(value) > MAX_TOKENS) {
      throw new IllegalArgumentException("a count is a number from 0 to " + MAX_TOKENS);
    }
    return Integer.parseInt(value);
  }

  private static Duration time(String value) {
    String unit = value.replaceFirst("^[0-9.]*", "");
    double nanos =
        switch (unit) {
          case "us" -> 1e3;
          case "ms" -> 1e6;
          case "s" -> 1e9;
          case "m" -> 60e9;
          default -> throw new IllegalArgumentException("a time ends in us, ms, s or m");
        };
    double all = number(value.substring(0, value.length() - unit.length())) * nanos;
    if (all > 86_400e9) {
      throw new IllegalArgumentException("a time is a day at most");
    }
    return Duration.ofNanos((long) all);
  }

  private static double number(String value) {
    if (!value.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
      throw new IllegalArgumentException("not a number of the form 12 or 0.5");
    }
    return Double.parseDouble(value);
  }
}
