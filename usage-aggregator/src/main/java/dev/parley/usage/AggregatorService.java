package dev.parley.usage;

import dev.parley.exports.ExportShelf;
import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaCheck;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.ExportStore;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.usage.exports.ExportSettings;
import dev.parley.usage.exports.Exports;
import dev.parley.usage.sink.TotalsSink;
import dev.parley.usage.topology.UsageMeters;
import dev.parley.usage.topology.UsageStreams;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The aggregator on Kafka, over a store that its owner hands in: the composition that both the
 * process of its own and the stack in one process use.
 */
public final class AggregatorService implements Component {

  private static final Duration ROLLUP_INTERVAL = Duration.ofMinutes(1);

  /**
   * Most of what is late has come by then; what is later makes a rollup of no use until the next.
   */
  private static final Duration ROLLUP_AFTER = Duration.ofMinutes(2);

  private final Components parts;

  public AggregatorService(
      AggregatorConfig config,
      UsageStore store,
      ExportStore exports,
      UsageAudit audit,
      KafkaSettings kafka,
      TopicSetup topics,
      MeterRegistry metrics,
      Clock clock) {
    List<Component> components = new ArrayList<>();
    components.add(new KafkaCheck(kafka, "parley-aggregator-health"));
    ExportSettings settings = config.exports();
    ExportShelf shelf = settings == null ? null : settings.shelf().shelf();
    if (settings != null && shelf != null) {
      components.add(Component.of("export-place", () -> {}, () -> {}, shelf::close));
      Exports files = new Exports(store, exports, shelf, settings);
      components.add(
          new RepeatedJob(
              "exports",
              settings.interval(),
              clock,
              now -> {
                files.catchUp(now);
                return true;
              }));
    }
    components.add(
        new RepeatedJob(
            "rollups", ROLLUP_INTERVAL, clock, now -> store.rollUp(now.minus(ROLLUP_AFTER)) == 0));
    components.add(
        new UsageStreams(
            config.topology(), config.streams(), kafka, topics, new UsageMeters(metrics)));
    components.add(
        new TotalsSink(config.streams().applicationId() + "-sink", store, audit, kafka, topics));
    this.parts = new Components(components);
  }

  @Override
  public String name() {
    return "usage-aggregator";
  }

  /** Waits for Kafka as long as it takes. */
  @Override
  public void start() throws InterruptedException {
    parts.start();
  }

  @Override
  public Health check() {
    for (Map.Entry<String, Health> part : parts.check().entrySet()) {
      if (part.getValue() instanceof Health.Down(String cause)) {
        return Health.down(part.getKey() + ": " + cause);
      }
    }
    return Health.UP;
  }

  @Override
  public void close() {
    parts.close();
  }
}
