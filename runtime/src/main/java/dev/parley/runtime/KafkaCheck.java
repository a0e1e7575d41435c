package dev.parley.runtime;

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
 * Knows whether Kafka answers, which it is asked every few seconds. Neither a producer nor a
 * consumer nor a Streams app tells: all wait in silence and go on by themselves.
 */
public final class KafkaCheck implements Component {

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final KafkaSettings kafka;
  private final String clientId;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Health health = Health.down("waiting for kafka");
  private @Nullable Thread thread;

  public KafkaCheck(KafkaSettings kafka, String clientId) {
    this.kafka = kafka;
    this.clientId = clientId;
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
    Properties properties = kafka.common(clientId);
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
