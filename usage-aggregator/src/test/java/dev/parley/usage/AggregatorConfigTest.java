package dev.parley.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.exports.ShelfConfig;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.usage.exports.ExportFormat;
import dev.parley.usage.exports.ExportSettings;
import dev.parley.usage.topology.StreamsSettings;
import dev.parley.usage.topology.StreamsSettings.GroupProtocol;
import dev.parley.usage.topology.TopologySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AggregatorConfigTest {

  @Test
  void defaults() {
    assertThat(AggregatorConfig.defaults())
        .isEqualTo(
            new AggregatorConfig(
                new TopologySettings(
                    Duration.ofDays(1), Duration.ofMillis(200), Duration.ofHours(1)),
                new StreamsSettings(
                    "parley-usage-aggregator",
                    Path.of("parley-data/aggregator-state"),
                    1,
                    0,
                    Duration.ofMillis(250),
                    GroupProtocol.CLASSIC),
                new ExportSettings(
                    new ShelfConfig.Directory(Path.of("parley-data/exports")),
                    List.of(ExportFormat.CSV),
                    Duration.ofHours(1),
                    Duration.ofMinutes(5),
                    35),
                "127.0.0.1",
                0));
  }

  @Test
  void mappings() {
    Env env =
        new Env(
            Map.ofEntries(
                Map.entry("USAGE_DUPLICATE_WINDOW", "2d"),
                Map.entry("USAGE_PUBLISH_INTERVAL", "50ms"),
                Map.entry("USAGE_LATE_AFTER", "2h"),
                Map.entry("AGGREGATOR_APPLICATION_ID", "app"),
                Map.entry("STATE_DIR", "/state"),
                Map.entry("AGGREGATOR_THREADS", "3"),
                Map.entry("AGGREGATOR_STANDBY_REPLICAS", "1"),
                Map.entry("AGGREGATOR_COMMIT_INTERVAL", "1s"),
                Map.entry("AGGREGATOR_GROUP_PROTOCOL", "streams"),
                Map.entry("EXPORT_DIR", "/exports"),
                Map.entry("EXPORT_FORMATS", "csv, focus"),
                Map.entry("EXPORT_CLOSE_AFTER", "3h"),
                Map.entry("EXPORT_INTERVAL", "1m"),
                Map.entry("EXPORT_LOOKBACK_DAYS", "7"),
                Map.entry("HTTP_HOST", "0.0.0.0"),
                Map.entry("AGGREGATOR_HTTP_PORT", "8082")));
    AggregatorConfig config = AggregatorConfig.from(env);
    env.done();
    assertThat(config)
        .isEqualTo(
            new AggregatorConfig(
                new TopologySettings(
                    Duration.ofDays(2), Duration.ofMillis(50), Duration.ofHours(2)),
                new StreamsSettings(
                    "app", Path.of("/state"), 3, 1, Duration.ofSeconds(1), GroupProtocol.STREAMS),
                new ExportSettings(
                    new ShelfConfig.Directory(Path.of("/exports")),
                    List.of(ExportFormat.CSV, ExportFormat.FOCUS),
                    Duration.ofHours(3),
                    Duration.ofMinutes(1),
                    7),
                "0.0.0.0",
                8082));
  }

  @Test
  void exportsCanBeTurnedOff() {
    assertThat(AggregatorConfig.from(new Env(Map.of("EXPORT_DIR", "none"))).exports()).isNull();
  }

  @Test
  void everyFaultIsNamed() {
    Env env =
        new Env(
            Map.of(
                "USAGE_DUPLICATE_WINDOW", "1s",
                "AGGREGATOR_THREADS", "0",
                "EXPORT_FORMATS", "xls",
                "EXPORT_S3_BUCKET", "b",
                "EXPORT_S3_ENDPOINT", "nowhere"));
    AggregatorConfig.from(env);
    assertThatThrownBy(env::done)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("USAGE_DUPLICATE_WINDOW")
        .hasMessageContaining("AGGREGATOR_THREADS")
        .hasMessageContaining("EXPORT_FORMATS")
        .hasMessageContaining("EXPORT_S3_ENDPOINT");
  }
}
