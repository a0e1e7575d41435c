package dev.parley.simulator;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a configuration from the environment and the command line. */
final class SimulatorOptions {

  static final String USAGE =
      """
      simulator [--host=ADDRESS] [--port=PORT] [--seed=NUMBER] [--call-log=CALLS]
                [--tls=true] [--streams=LIMIT] [DIRECTIVE...]
      A directive is name=value, such as latency=200ms, rate=50/s or fail-rate=0.01.
      Environment: SIMULATOR_HOST, SIMULATOR_PORT, SIMULATOR_SEED, SIMULATOR_CALL_LOG,
      SIMULATOR_TLS, SIMULATOR_STREAMS, SIMULATOR_BEHAVIOUR (directives, parted by spaces).\
      """;

  private SimulatorOptions() {}

  /**
   * The command line wins over the environment.
   *
   * @throws IllegalArgumentException or another RuntimeException with a message for the user
   */
  static SimulatorConfig read(Map<String, String> env, String... args) {
    SimulatorConfig config = SimulatorConfig.onFreePort().withPort(SimulatorConfig.LOCAL_PORT);
    config = set(config, "--host", env.get("SIMULATOR_HOST"));
    config = set(config, "--port", env.get("SIMULATOR_PORT"));
    config = set(config, "--seed", env.get("SIMULATOR_SEED"));
    config = set(config, "--call-log", env.get("SIMULATOR_CALL_LOG"));
    config = set(config, "--tls", env.get("SIMULATOR_TLS"));
    config = set(config, "--streams", env.get("SIMULATOR_STREAMS"));
    config = config.with(env.getOrDefault("SIMULATOR_BEHAVIOUR", ""));
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (!arg.startsWith("--")) {
        config = config.with(arg);
      } else if (equals > 0) {
        config = set(config, arg.substring(0, equals), arg.substring(equals + 1));
      } else {
        throw new IllegalArgumentException("option " + arg + " needs a value");
      }
    }
    return config;
  }

  private static SimulatorConfig set(
      SimulatorConfig config, String option, @Nullable String value) {
    if (value == null || value.isEmpty()) {
      return config;
    }
    return switch (option) {
      case "--host" -> config.withHost(value);
      case "--port" -> config.withPort((int) number(option, value, 65_535));
      case "--seed" -> config.withSeed(number(option, value, Long.MAX_VALUE));
      case "--call-log" -> config.withCallLogSize((int) number(option, value, 10_000_000));
      case "--tls" -> yes(option, value) ? config.withTls() : config;
      case "--streams" ->
          config.withMaxConcurrentStreams((int) number(option, value, Integer.MAX_VALUE));
      default -> throw new IllegalArgumentException("there is no option " + option);
    };
  }

  private static boolean yes(String option, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(option + " must be true or false");
    };
  }

  private static long number(String option, String value, long max) {
    try {
      long number = Long.parseLong(value);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(option + " must be a number from 0 to " + max);
  }
}
