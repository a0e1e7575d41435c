package dev.parley.worker.engine;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.jspecify.annotations.Nullable;

/**
 * Notices that Kafka cannot be reached. A consumer says nothing about it: its polls are only empty.
 * The consumer's thread alone.
 */
final class Connection {

  private static final long LOOK_EVERY = Duration.ofSeconds(1).toNanos();

  /** Reconnecting takes a moment at the best of times. */
  private static final long PATIENCE = Duration.ofSeconds(3).toNanos();

  private final LongSupplier ticker;
  private final Troubles troubles;
  private final @Nullable Metric connections;
  private long lookedAt;
  private long connectedAt;

  Connection(Consumer<?, ?> consumer, LongSupplier ticker, Troubles troubles) {
    this.ticker = ticker;
    this.troubles = troubles;
    this.connections =
        consumer.metrics().entrySet().stream()
            .filter(e -> e.getKey().name().equals("connection-count"))
            .map(e -> (Metric) e.getValue())
            .findFirst()
            .orElse(null);
    this.lookedAt = ticker.getAsLong();
    this.connectedAt = lookedAt;
  }

  void look() {
    long now = ticker.getAsLong();
    if (connections == null || now - lookedAt < LOOK_EVERY) {
      return;
    }
    lookedAt = now;
    if (connections.metricValue() instanceof Number count && count.longValue() > 0) {
      connectedAt = now;
      troubles.clear(Troubles.Part.CONNECTION);
    } else if (now - connectedAt >= PATIENCE) {
      troubles.raise(Troubles.Part.CONNECTION, "no connection to Kafka");
    }
  }
}
