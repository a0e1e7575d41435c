package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Reads again what was deferred, with a consumer of its own, in passes: a pass begins in a
 * partition when a tenant runs short, takes along what any tenant has room for, and ends when
 * nobody has. The consumer's thread alone.
 *
 * <p>What each pass reads in vain are the records of others in between, which were taken or wait
 * for a later pass.
 */
final class Rereader<A> implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final Consumers consumers;
  private final Dispatcher<A> dispatcher;
  private final Arrivals<A> arrivals;
  private final Troubles troubles;

  /** Where each pass stands. */
  private final Map<Assignment, Long> passes = new HashMap<>();

  private @Nullable Consumer<byte[], byte[]> consumer;

  Rereader(Consumers consumers, Dispatcher<A> dispatcher, Arrivals<A> arrivals, Troubles troubles) {
    this.consumers = consumers;
    this.dispatcher = dispatcher;
    this.arrivals = arrivals;
    this.troubles = troubles;
  }

  /**
   * Reads a little, if there is need.
   *
   * @return whether there was
   * @throws KafkaException when it has to begin anew, with everything
   */
  boolean read(Collection<Assignment> assignments) {
    begin(assignments);
    if (passes.isEmpty() || consumer == null) {
      return false;
    }
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    Map.copyOf(passes)
        .forEach((assignment, from) -> {
          OffsetAndMetadata next = records.nextOffsets().get(assignment.partition);
          if (next != null) {
            advance(assignment, from, records, next.offset());
          }
        });
    return true;
  }

  private void begin(Collection<Assignment> assignments) {
    boolean changed = passes.keySet().retainAll(assignments);
    Map<Assignment, Long> begun = dispatcher.wanted(assignments);
    begun.keySet().removeAll(passes.keySet());
    if (!changed && begun.isEmpty()) {
      return;
    }
    passes.putAll(begun);
    Consumer<byte[], byte[]> reading = assign();
    begun.forEach((assignment, from) -> reading.seek(assignment.partition, from));
  }

  private void advance(
      Assignment assignment, long from, ConsumerRecords<byte[], byte[]> records, long position) {
    arrivals.acceptAgain(assignment, records.records(assignment.partition), from, position);
    if (dispatcher.continuesAt(assignment, position)) {
      passes.put(assignment, position);
    } else {
      passes.remove(assignment);
      assign();
    }
  }

  private Consumer<byte[], byte[]> assign() {
    Consumer<byte[], byte[]> reading = consumer == null ? consumers.rereader() : consumer;
    consumer = reading;
    reading.assign(passes.keySet().stream().map(assignment -> assignment.partition).toList());
    return reading;
  }

  @Override
  public void close() {
    passes.clear();
    if (consumer != null) {
      try {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
      } catch (KafkaException e) {
        troubles.raise(Troubles.Part.CONSUMER, e);
      }
      consumer = null;
    }
  }
}
