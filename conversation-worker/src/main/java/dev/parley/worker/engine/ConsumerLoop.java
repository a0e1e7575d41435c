package dev.parley.worker.engine;

import java.time.Duration;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/** The consumer's thread: makes a consumer, and another after a while when that one fails. */
final class ConsumerLoop<A> implements Runnable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** A consumer that lasted this long was well, so that its end begins a new count. */
  private static final long WELL_AFTER = Duration.ofMinutes(1).toNanos();

  private final Core<A> core;

  ConsumerLoop(Core<A> core) {
    this.core = core;
  }

  @Override
  public void run() {
    int failures = 0;
    while (!core.stop().raised()) {
      long began = core.ticker().getAsLong();
      try {
        serve(core.consumers().member());
      } catch (Throwable e) {
        // Whatever it is, a worker that waits and says why is worth more than one that is gone.
        core.troubles().raise(Troubles.Part.CONSUMER, e);
        failures = core.ticker().getAsLong() - began > WELL_AFTER ? 1 : failures + 1;
        core.stop().sleep(core.backoff().after(failures));
      }
    }
  }

  private void serve(Consumer<byte[], byte[]> consumer) {
    Membership<A> membership = new Membership<>(consumer, core);
    try {
      membership.serve();
    } finally {
      membership.abandon();
      close(consumer);
    }
  }

  private void close(Consumer<byte[], byte[]> consumer) {
    try {
      consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    } catch (KafkaException e) {
      core.troubles().raise(Troubles.Part.CONSUMER, e);
    }
  }
}
