package dev.parley.endtoend.rig;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Looks at and prepares consumer groups. */
public final class ConsumerGroups implements AutoCloseable {

  private final Admin admin;

  /**
   * A group at one moment.
   *
   * @param members the ids of its members, which are theirs as long as they stay
   * @param busy how many of them have partitions to read
   * @param epoch grows with each rebalance
   */
  public record Group(Set<String> members, int busy, int epoch) {
    static final Group NONE = new Group(Set.of(), 0, 0);
  }

  ConsumerGroups(String bootstrapServers) {
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
  }

  /** Lets a new group begin after all that is there, which belongs to somebody else. */
  void beginAtEnd(String group, String topic) throws ExecutionException, InterruptedException {
    int partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
            .mapToInt(description -> description.partitions().size())
            .sum();
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      asked.put(new TopicPartition(topic, partition), OffsetSpec.latest());
    }
    Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
    admin
        .listOffsets(asked)
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end.offset())));
    admin.alterConsumerGroupOffsets(group, ends).all().get();
  }

  Group look(String group) throws ExecutionException, InterruptedException {
    ConsumerGroupDescription described =
        admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    if (described == null) {
      return Group.NONE;
    }
    Set<String> members =
        described.members().stream().map(MemberDescription::consumerId).collect(Collectors.toSet());
    long busy =
        described.members().stream()
            .filter(member -> !member.assignment().topicPartitions().isEmpty())
            .count();
    return new Group(members, Math.toIntExact(busy), described.groupEpoch().orElse(0));
  }

  @Override
  public void close() {
    admin.close();
  }
}
