package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;

import dev.parley.schemas.UsageEvent;
import java.time.Duration;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * Lets each event id through once.
 *
 * <p>Time here is the partition's stream time over the records' log-append times, not the events'
 * own: copies are near each other in the log however old the event is, and an event that comes late
 * must be remembered as long as any other. By event time it would fall out of the store's retention
 * as it is written.
 *
 * <p>Ids are kept in buckets as wide as the window, and looked for in the current and the previous
 * one: two point reads that the stores' bloom filters answer, where a range read would open
 * iterators on every segment for each event.
 */
final class FirstTimeOnly implements Processor<String, UsageEvent, String, UsageEvent> {

  private static final byte[] SEEN = {1};

  private final long bucketMs;
  private final UsageMeters meters;
  private @Nullable ProcessorContext<String, UsageEvent> context;
  private @Nullable WindowStore<String, byte[]> seen;

  FirstTimeOnly(Duration window, UsageMeters meters) {
    this.bucketMs = window.toMillis();
    this.meters = meters;
  }

  static WindowBytesStoreSupplier storeFor(String name, Duration window) {
    return Stores.persistentWindowStore(name, window.multipliedBy(2), window, false);
  }

  @Override
  public void init(ProcessorContext<String, UsageEvent> context) {
    this.context = context;
    this.seen = context.getStateStore(UsageTopology.SEEN);
  }

  @Override
  public void process(Record<String, UsageEvent> record) {
    ProcessorContext<String, UsageEvent> ctx = requireNonNull(context, "not initialised");
    WindowStore<String, byte[]> store = requireNonNull(seen, "not initialised");
    // INVARIANT: never behind an earlier record's, so nothing is written that has expired already.
    long bucket = Math.floorDiv(ctx.currentStreamTimeMs(), bucketMs) * bucketMs;
    if (store.fetch(record.key(), bucket) != null
        || store.fetch(record.key(), bucket - bucketMs) != null) {
      meters.duplicate();
      return;
    }
    store.put(record.key(), SEEN, bucket);
    ctx.forward(record);
  }
}
