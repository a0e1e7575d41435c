package dev.parley.worker.engine;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the engine is for. A record is routed, admitted and performed, in that order, and may go
 * through all of it again after a rebalance or a restart: delivery is at least once.
 *
 * @param <A> what admission found out about a record
 */
public interface Workload<A> {

  /**
   * Says where a record belongs. Called on the consumer's thread: cheap, pure, never blocking. An
   * exception makes the record poison.
   */
  Route route(ConsumerRecord<byte[], byte[]> record);

  /**
   * Admits records, many of those that have come since the last call, each tenant's in the order of
   * each partition. May block; one call at a time, on a virtual thread of its own.
   *
   * <p>An exception means that something the workload needs is away. The records are offered again
   * after a back-off, perhaps fewer at once, for as long as it takes; meanwhile the engine stops
   * reading when its bounds are reached. A record that keeps failing alone while its neighbours
   * pass is sent to the dead letters.
   *
   * @return one admission per record, in the same order
   */
  List<A> admit(List<ConsumerRecord<byte[], byte[]>> records) throws Exception;

  /**
   * Does the work of one record on a virtual thread. Within a lane one call at a time, in the order
   * of offsets.
   *
   * <p>An unexpected exception is retried with back-off up to {@link
   * EngineConfig.Retries#maxTries}, then the record goes to the dead letters.
   *
   * @throws InterruptedException when the engine interrupted it, because the partition has gone to
   *     another worker or the engine stops; the record is then not done
   */
  Step perform(ConsumerRecord<byte[], byte[]> record, A admission, Turn turn)
      throws InterruptedException;
}
