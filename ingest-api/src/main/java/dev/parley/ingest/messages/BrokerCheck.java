package dev.parley.ingest.messages;

import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Asks the brokers whether they are there, at most once a second however often it is asked itself.
 * Thread-safe.
 */
final class BrokerCheck {

  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final KafkaSettings kafka;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Admin admin;
  private Health last = Health.down("waiting for kafka");
  private long askedAt = System.nanoTime() - FRESH.toNanos();

  BrokerCheck(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  void start() {
    Properties properties = kafka.common("parley-ingest-health");
    String timeout = Long.toString(TIMEOUT.toMillis());
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, timeout);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, timeout);
    lock.lock();
    try {
      admin = Admin.create(properties);
    } finally {
      lock.unlock();
    }
  }

  Health health() {
    lock.lock();
    try {
      Admin open = admin;
      if (open != null && System.nanoTime() - askedAt >= FRESH.toNanos()) {
        last = ask(open);
        askedAt = System.nanoTime();
      }
      return last;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      if (admin != null) {
        admin.close(Duration.ofSeconds(1));
        admin = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private static Health ask(Admin admin) {
    try {
      int nodes =
          admin.describeCluster().nodes().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).size();
      return nodes == 0 ? Health.down("kafka has no brokers") : Health.UP;
    } catch (ExecutionException | TimeoutException e) {
      return Health.down("kafka does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Health.down("interrupted");
    }
  }
}
