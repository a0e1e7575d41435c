package dev.parley.usage;

import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether Kafka answers. Neither a consumer nor a Streams app tells: both wait in silence and
 * go on by themselves.
 */
final class KafkaCheck implements Component {

  private static final Duration INTERVAL = Duration.ofSeconds(3);
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final KafkaSettings kafka;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Health health = Health.down("waiting for kafka");
  private @Nullable Thread thread;

  KafkaCheck(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public synchronized void start() {
    if (thread == null && closing.getCount() > 0) {
      thread = Thread.ofVirtual().name("kafka-check").start(this::run);
    }
  }

  @Override
  public Health check() {
    return health;
  }

  @Override
  public void close() {
    closing.countDown();
  }

  private void run() {
    Properties properties = kafka.common("parley-aggregator-health");
    String timeout = Long.toString(TIMEOUT.toMillis());
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, timeout);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, timeout);
    try {
      do {
        try (Admin admin = Admin.create(properties)) {
          do {
            health = ask(admin);
          } while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (KafkaException e) {
          health = Health.down("kafka: " + e.getMessage());
        }
      } while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Health ask(Admin admin) throws InterruptedException {
    try {
      int nodes =
          admin.describeCluster().nodes().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).size();
      return nodes == 0 ? Health.down("kafka has no brokers") : Health.UP;
    } catch (ExecutionException | TimeoutException e) {
      return Health.down("kafka does not answer");
    }
  }
}
