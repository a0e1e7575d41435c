package dev.parley.usage;

import dev.parley.exports.ShelfConfig;
import dev.parley.runtime.Env;
import dev.parley.usage.exports.ExportFormat;
import dev.parley.usage.exports.ExportSettings;
import dev.parley.usage.topology.StreamsSettings;
import dev.parley.usage.topology.TopologySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the aggregator is told by its environment, apart from where Kafka and the stores are.
 *
 * @param exports null when no files are to be written
 * @param httpPort for health and metrics; 0 takes a free one
 */
public record AggregatorConfig(
    TopologySettings topology,
    StreamsSettings streams,
    @Nullable ExportSettings exports,
    String httpHost,
    int httpPort) {

  /** Every setting's default. */
  public static AggregatorConfig defaults() {
    return from(new Env(Map.of()));
  }

  /**
   * Reads the variables; what is wrong is noted in {@code env}, whose {@link Env#done} the caller
   * calls.
   */
  public static AggregatorConfig from(Env env) {
    TopologySettings defaults = TopologySettings.DEFAULT;
    return new AggregatorConfig(
        new TopologySettings(
            between(
                env,
                "USAGE_DUPLICATE_WINDOW",
                defaults.duplicateWindow(),
                Duration.ofMinutes(1),
                Duration.ofDays(90)),
            between(
                env,
                "USAGE_PUBLISH_INTERVAL",
                defaults.publishInterval(),
                Duration.ofMillis(10),
                Duration.ofMinutes(1)),
            between(
                env, "USAGE_LATE_AFTER", defaults.lateAfter(), Duration.ZERO, Duration.ofDays(90))),
        streams(env),
        exports(env),
        env.get("HTTP_HOST", "127.0.0.1"),
        env.getInt("AGGREGATOR_HTTP_PORT", 0, 0, 65_535));
  }

  private static StreamsSettings streams(Env env) {
    return new StreamsSettings(
        env.get("AGGREGATOR_APPLICATION_ID", "parley-usage-aggregator"),
        Path.of(env.get("STATE_DIR", "parley-data/aggregator-state")),
        env.getInt("AGGREGATOR_THREADS", 1, 1, 256),
        env.getInt("AGGREGATOR_STANDBY_REPLICAS", 0, 0, 10),
        between(
            env,
            "AGGREGATOR_COMMIT_INTERVAL",
            Duration.ofMillis(250),
            Duration.ofMillis(10),
            Duration.ofMinutes(1)),
        env.getEnum(
            "AGGREGATOR_GROUP_PROTOCOL",
            StreamsSettings.GroupProtocol.class,
            StreamsSettings.GroupProtocol.CLASSIC));
  }

  private static @Nullable ExportSettings exports(Env env) {
    ShelfConfig shelf = ShelfConfig.from(env);
    if (shelf instanceof ShelfConfig.None) {
      return null;
    }
    return new ExportSettings(
        shelf,
        formats(env),
        between(env, "EXPORT_CLOSE_AFTER", Duration.ofHours(1), Duration.ZERO, Duration.ofDays(31)),
        between(
            env,
            "EXPORT_INTERVAL",
            Duration.ofMinutes(5),
            Duration.ofMillis(100),
            Duration.ofDays(1)),
        env.getInt("EXPORT_LOOKBACK_DAYS", 35, 1, 3_660));
  }

  private static List<ExportFormat> formats(Env env) {
    List<ExportFormat> formats = new ArrayList<>();
    for (String name : env.get("EXPORT_FORMATS", "csv").split(",", -1)) {
      switch (name.strip()) {
        case "csv" -> formats.add(ExportFormat.CSV);
        case "focus" -> formats.add(ExportFormat.FOCUS);
        default -> env.problem("EXPORT_FORMATS must be csv, focus or both: csv,focus");
      }
    }
    return formats.stream().distinct().toList();
  }

  private static Duration between(
      Env env, String name, Duration defaultValue, Duration min, Duration max) {
    Duration value = env.getDuration(name, defaultValue);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      env.problem(name + " must be from " + min + " to " + max);
      return defaultValue;
    }
    return value;
  }
}
