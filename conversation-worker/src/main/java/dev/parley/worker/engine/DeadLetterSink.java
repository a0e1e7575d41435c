package dev.parley.worker.engine;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes what cannot be worked on. Called on virtual threads, by many at once. */
public interface DeadLetterSink {

  /**
   * Returns when the record is durable elsewhere. An exception makes the engine try again with
   * back-off, until it is.
   */
  void accept(ConsumerRecord<byte[], byte[]> record, String reason, String detail) throws Exception;
}
