package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal.Cell;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Adds each event once to its cell, counts what became of every record, and publishes what has
 * changed at intervals.
 *
 * <p>There is no window that closes: an event finds its cell however late it comes, and is told
 * apart as late.
 */
final class AggregateEvents implements Processor<byte[], byte[], byte[], byte[]> {

  /** Bounds the memory, and the length of one publishing. */
  private static final int MAX_CHANGED = 10_000;

  private final TopologySettings settings;
  private final long lateAfterMs;
  private final String partialsTopic;
  private final BeforeCommit beforeCommit;
  private final UsageMeters meters;
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable State state;
  private @Nullable Publishing publishing;

  /** Whether a call before the end of the current transaction was asked for. */
  private boolean requested;

  AggregateEvents(
      TopologySettings settings,
      String partialsTopic,
      BeforeCommit beforeCommit,
      UsageMeters meters) {
    this.settings = settings;
    this.lateAfterMs = settings.lateAfter().plusHours(1).toMillis();
    this.partialsTopic = partialsTopic;
    this.beforeCommit = beforeCommit;
    this.meters = meters;
  }

  /**
   * @param partials what came in under sessions' keys and is on its way to the tenant's partition
   */
  private record State(
      KeyValueStore<byte[], byte[]> commit,
      SeenEvents seen,
      Changing<Cell, CellSums> cells,
      Changing<Cell, CellSums> partials,
      Changing<CountKey, HourCounts> counts) {

    int changed() {
      return cells.size() + partials.size() + counts.size();
    }

    void write() {
      seen.write();
      cells.write();
      partials.write();
      counts.write();
    }
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    KeyValueStore<String, byte[]> unpublished = context.getStateStore(UsageTopology.UNPUBLISHED);
    State opened =
        new State(
            context.getStateStore(UsageTopology.COMMIT),
            new SeenEvents(
                context.getStateStore(UsageTopology.SEEN),
                context.getStateStore(UsageTopology.SEEN_FOREVER),
                settings.duplicateWindow()),
            new Changing<>(
                context.getStateStore(UsageTopology.CELLS),
                unpublished,
                "cell:",
                CellKey::of,
                CellSums.NONE),
            new Changing<>(
                context.getStateStore(UsageTopology.PARTIALS),
                unpublished,
                "partial:",
                CellKey::of,
                CellSums.NONE),
            new Changing<>(
                context.getStateStore(UsageTopology.COUNTS),
                unpublished,
                "counts:",
                CountKey::text,
                HourCounts.NONE));
    opened.cells().takeUp(CellKey::parse);
    opened.partials().takeUp(CellKey::parse);
    opened.counts().takeUp(CountKey::parse);
    state = opened;
    publishing = new Publishing(context);
    requested = false;
    beforeCommit.register(context.taskId(), this::write);
    context.schedule(settings.publishInterval(), PunctuationType.WALL_CLOCK_TIME, this::publish);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    State now = state();
    RecordMetadata from = context().recordMetadata().orElseThrow();
    if (from.topic().equals(partialsTopic)) {
      Publishing.Partial partial = Publishing.readPartial(record);
      now.cells().change(partial.cell(), sums -> sums.plus(partial.sums()));
    } else {
      Reading reading = Reading.of(record);
      now.counts().change(reading.countKey(), HourCounts::plusRead);
      switch (reading) {
        case Reading.Refused refused -> {
          publishing().deadLetter(record, from, refused);
          now.counts().change(reading.countKey(), HourCounts::plusDeadLettered);
          meters.deadLettered(refused.reason());
        }
        case Reading.Event event -> add(now, event, record);
      }
    }
    if (now.changed() >= MAX_CHANGED) {
      publish(record.timestamp());
      now.write();
    }
    requestWrite(now);
  }

  // INVARIANT: whatever changed in a transaction is in the stores when the transaction ends. Asked
  // for after the change, since the call may come at once.
  private void requestWrite(State now) {
    if (!requested) {
      requested = true;
      BeforeCommit.request(now.commit());
    }
  }

  private void write() {
    requested = false;
    state().write();
  }

  private void add(State now, Reading.Event reading, Record<byte[], byte[]> record) {
    UsageEvent event = reading.event();
    // A price may be corrected, and the correction sent again, long after the window.
    boolean isNew =
        event.correction() == null
            ? now.seen().add(event.eventId(), context().currentStreamTimeMs())
            : now.seen().addForever(event.eventId());
    if (!isNew) {
      now.counts().change(reading.countKey(), HourCounts::plusDuplicate);
      meters.duplicate();
      return;
    }
    Cell cell =
        new Cell(event.tenantId(), reading.countKey().hour(), event.provider(), event.model());
    (reading.spread() ? now.partials() : now.cells()).change(cell, sums -> sums.plus(event));
    if (record.timestamp() - cell.hour().toEpochMilli() > lateAfterMs) {
      publishing().late(record, event);
      now.counts().change(reading.countKey(), HourCounts::plusLate);
      meters.late();
    } else {
      now.counts().change(reading.countKey(), HourCounts::plusAggregated);
      meters.aggregated();
    }
  }

  private void publish(long time) {
    State now = state();
    if (now.changed() == 0) {
      return;
    }
    Publishing to = publishing();
    now.cells().publish((cell, sums) -> to.total(cell, sums, time));
    now.partials().handOver((cell, sums) -> to.partial(cell, sums, time));
    now.counts().publish((key, counts) -> to.counts(key, counts, time));
    requestWrite(now);
  }

  private ProcessorContext<byte[], byte[]> context() {
    return requireNonNull(context, "not initialised");
  }

  private State state() {
    return requireNonNull(state, "not initialised");
  }

  private Publishing publishing() {
    return requireNonNull(publishing, "not initialised");
  }
}
