package dev.parley.worker.engine;

import org.apache.kafka.clients.consumer.Consumer;

/**
 * Makes the engine's consumers, both over the same topic with {@link
 * EngineConfig#consumerSettings()}. Called by the engine's consumer thread, again whenever one has
 * failed for good.
 */
public interface Consumers {

  /** A member of the group. */
  Consumer<byte[], byte[]> member();

  /**
   * One that reads the same records again where it is sent, and joins and commits nothing. Asked
   * for only when some tenant has more queued than fits.
   */
  Consumer<byte[], byte[]> rereader();
}
