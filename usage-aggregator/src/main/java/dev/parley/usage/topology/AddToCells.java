package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;

import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Adds events to their cells and publishes the cells that have changed.
 *
 * <p>A busy cell changes thousands of times a second, and only its newest total is of use, so
 * totals are published at intervals. A transaction may be committed between the change and the
 * publishing; which cells are still to be published is therefore part of the state, and taken up
 * again wherever the task goes on.
 *
 * <p>There is no window that closes: an event finds its cell however late it comes.
 */
final class AddToCells implements Processor<String, UsageEvent, byte[], byte[]> {

  /** Bounds the memory, and the length of one publishing. */
  private static final int MAX_CHANGED = 10_000;

  private static final byte[] MARK = {1};

  private final Duration publishInterval;
  private final long lateAfterMs;
  private final UsageMeters meters;
  private final byte[] version = EventCodec.USAGE_TOTALS.versionHeader();
  private final Map<String, CellSums> changed = new LinkedHashMap<>();
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable KeyValueStore<String, CellSums> cells;
  private @Nullable KeyValueStore<String, byte[]> unpublished;

  AddToCells(TopologySettings settings, UsageMeters meters) {
    this.publishInterval = settings.publishInterval();
    this.lateAfterMs = settings.lateAfter().plusHours(1).toMillis();
    this.meters = meters;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.cells = context.getStateStore(UsageTopology.CELLS);
    this.unpublished = context.getStateStore(UsageTopology.UNPUBLISHED);
    changed.clear();
    try (KeyValueIterator<String, byte[]> left = unpublished().all()) {
      left.forEachRemaining(entry -> changed.put(entry.key, sumsOf(entry.key)));
    }
    context.schedule(publishInterval, PunctuationType.WALL_CLOCK_TIME, now -> publish(now));
  }

  @Override
  public void process(Record<String, UsageEvent> record) {
    UsageEvent event = record.value();
    Instant hour = event.timestamp().truncatedTo(ChronoUnit.HOURS);
    String key =
        CellKey.of(new UsageTotal.Cell(event.tenantId(), hour, event.provider(), event.model()));
    CellSums before = changed.get(key);
    if (before == null) {
      unpublished().put(key, MARK);
      before = sumsOf(key);
    }
    CellSums after = before.plus(event);
    cells().put(key, after);
    changed.put(key, after);
    if (record.timestamp() - hour.toEpochMilli() > lateAfterMs) {
      meters.late();
    } else {
      meters.aggregated();
    }
    if (changed.size() >= MAX_CHANGED) {
      publish(record.timestamp());
    }
  }

  private void publish(long now) {
    ProcessorContext<byte[], byte[]> ctx = requireNonNull(context, "not initialised");
    changed.forEach((key, sums) -> {
      byte[] total = EventCodec.USAGE_TOTALS.encode(sums.toTotal(CellKey.parse(key)));
      RecordHeaders headers = new RecordHeaders();
      headers.add(Headers.SCHEMA_VERSION, version);
      ctx.forward(new Record<>(key.getBytes(StandardCharsets.US_ASCII), total, now, headers));
      unpublished().delete(key);
    });
    changed.clear();
  }

  private CellSums sumsOf(String key) {
    CellSums sums = cells().get(key);
    return sums == null ? CellSums.NONE : sums;
  }

  private KeyValueStore<String, CellSums> cells() {
    return requireNonNull(cells, "not initialised");
  }

  private KeyValueStore<String, byte[]> unpublished() {
    return requireNonNull(unpublished, "not initialised");
  }
}
