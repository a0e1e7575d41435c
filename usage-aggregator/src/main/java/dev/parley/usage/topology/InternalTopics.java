package dev.parley.usage.topology;

import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * The topics of the Streams app itself: its changelogs, and the one for partial sums.
 *
 * <p>Streams makes missing changelogs too, but begins to write to them before their leaders answer,
 * and a producer that is refused its first batch falls out of sequence: the transaction is aborted
 * and repeated, which does no harm and is logged as an error by the broker. So they are made
 * beforehand, as Streams would make them, and waited for. Streams takes those that it finds.
 *
 * @param replication 0 takes the broker's default
 */
record InternalTopics(TopologySettings topology, StreamsSettings streams, int replication) {

  /** As Streams has it: clocks may differ, and a segment is deleted as a whole. */
  private static final Duration SPARE = Duration.ofDays(1);

  private static final Duration PARTIALS_KEPT = Duration.ofDays(30);

  /** Waits for Kafka as long as it takes; usage.events has to be there. */
  void ensure(KafkaSettings kafka) throws InterruptedException {
    TopicSetup.ensure(kafka, this::topics);
  }

  private List<NewTopic> topics(Admin admin) throws ExecutionException, InterruptedException {
    int partitions =
        admin.describeTopics(List.of(Topics.USAGE_EVENTS)).allTopicNames().get().values().stream()
            .mapToInt(events -> events.partitions().size())
            .sum();
    List<NewTopic> topics = new ArrayList<>();
    for (String store :
        List.of(
            UsageTopology.CELLS,
            UsageTopology.PARTIALS,
            UsageTopology.COUNTS,
            UsageTopology.SEEN_FOREVER,
            UsageTopology.UNPUBLISHED)) {
      topics.add(topic(changelog(store), partitions, TopicConfig.CLEANUP_POLICY_COMPACT, null));
    }
    topics.add(
        topic(
            changelog(UsageTopology.SEEN),
            partitions,
            TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE,
            SeenEvents.kept(topology.duplicateWindow()).plus(SPARE)));
    topics.add(
        topic(
            streams.partialsTopic(), partitions, TopicConfig.CLEANUP_POLICY_DELETE, PARTIALS_KEPT));
    return topics;
  }

  private String changelog(String store) {
    return streams.applicationId() + "-" + store + "-changelog";
  }

  private NewTopic topic(
      String name, int partitions, String cleanup, @Nullable Duration retention) {
    Map<String, String> settings = new TreeMap<>();
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup);
    settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
    if (retention != null) {
      settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
    }
    Optional<Short> factor = replication == 0 ? Optional.empty() : Optional.of((short) replication);
    return new NewTopic(name, Optional.of(partitions), factor).configs(settings);
  }
}
