package dev.parley.runtime;

import dev.parley.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are not there yet; those that are there are left as they are.
 *
 * @param partitions of each topic; the upper bound of workers that share the load
 * @param replication 0 takes the broker's default
 */
public record TopicSetup(int partitions, int replication) {

  private static final Logger log = LoggerFactory.getLogger(TopicSetup.class);

  /**
   * More than any record that a service sends: the largest body that the API can be set to take,
   * with all that stands around it, and the longest answer. The broker's default would refuse a
   * message of 1 MiB, which is the API's.
   */
  private static final int MAX_RECORD_BYTES = 6 * 1024 * 1024;

  private static final String LOG_APPEND_TIME = "LogAppendTime";
  private static final int LEADER_TRIES = 200;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration LEADER_RETRY = Duration.ofMillis(50);

  public static TopicSetup from(Env env) {
    return new TopicSetup(
        env.getInt("TOPIC_PARTITIONS", 24, 1, 10_000), env.getInt("TOPIC_REPLICATION", 0, 0, 100));
  }

  /** Topics of which some may not be there yet. */
  @FunctionalInterface
  public interface Wanted {
    List<NewTopic> topics(Admin admin) throws ExecutionException, InterruptedException;
  }

  /**
   * Makes sure that all topics are there. Waits for Kafka as long as it takes, trying every second.
   *
   * @throws InterruptedException when interrupted while waiting
   */
  public void ensure(KafkaSettings kafka) throws InterruptedException {
    ensure(kafka, admin -> topics());
  }

  /**
   * Makes sure that a service's own topics are there, and waits for Kafka likewise.
   *
   * @throws InterruptedException when interrupted while waiting
   */
  public static void ensure(KafkaSettings kafka, Wanted wanted) throws InterruptedException {
    boolean told = false;
    while (true) {
      Admin admin = Admin.create(kafka.common("parley-topic-setup"));
      try {
        create(admin, wanted.topics(admin));
        return;
      } catch (ExecutionException | RuntimeException e) {
        if (!told) {
          log.atWarn()
              .setMessage("waiting for kafka")
              .addKeyValue("cause", String.valueOf(e.getMessage()))
              .log();
          told = true;
        }
      } finally {
        // Unbounded it waits for calls to a broker that takes connections and never answers.
        admin.close(CLOSE_TIMEOUT);
      }
      Thread.sleep(Duration.ofSeconds(1));
    }
  }

  private static void create(Admin admin, List<NewTopic> topics)
      throws ExecutionException, InterruptedException {
    Set<String> present = admin.listTopics().names().get();
    for (NewTopic topic : topics) {
      if (present.contains(topic.name())) {
        continue;
      }
      try {
        admin.createTopics(List.of(topic)).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    awaitLeaders(admin, topics.stream().map(NewTopic::name).toList());
  }

  /**
   * Returns when the leader of each partition answers for it. A topic is there before its leaders
   * are, and an idempotent producer whose first batch to a partition is refused while the second is
   * taken stays out of sequence until its delivery timeout.
   */
  private static void awaitLeaders(Admin admin, List<String> names)
      throws ExecutionException, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        askLeaders(admin, names);
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException) || tries == LEADER_TRIES) {
          throw e;
        }
        Thread.sleep(LEADER_RETRY);
      }
    }
  }

  private static void askLeaders(Admin admin, List<String> names)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    admin
        .describeTopics(names)
        .allTopicNames()
        .get()
        .forEach((name, description) ->
            description
                .partitions()
                .forEach(info ->
                    partitions.put(
                        new TopicPartition(name, info.partition()), OffsetSpec.latest())));
    admin.listOffsets(partitions).all().get();
  }

  private List<NewTopic> topics() {
    String week = Long.toString(Duration.ofDays(7).toMillis());
    String month = Long.toString(Duration.ofDays(30).toMillis());
    return List.of(
        topic(Topics.SUBMISSIONS, Map.of(TopicConfig.RETENTION_MS_CONFIG, month)),
        topic(Topics.OUTCOMES, Map.of(TopicConfig.RETENTION_MS_CONFIG, week)),
        topic(Topics.DEAD_LETTERS, Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1")),
        topic(Topics.USAGE_EVENTS, Map.of(TopicConfig.RETENTION_MS_CONFIG, month)),
        topic(
            Topics.USAGE_TOTALS,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
        topic(
            Topics.USAGE_COUNTS,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
        topic(Topics.USAGE_LATE, Map.of(TopicConfig.RETENTION_MS_CONFIG, month)));
  }

  private NewTopic topic(String name, Map<String, String> settings) {
    Map<String, String> all = new java.util.TreeMap<>(settings);
    all.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, LOG_APPEND_TIME);
    all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_RECORD_BYTES));
    Optional<Short> factor = replication == 0 ? Optional.empty() : Optional.of((short) replication);
    return new NewTopic(name, Optional.of(partitions), factor).configs(all);
  }
}
