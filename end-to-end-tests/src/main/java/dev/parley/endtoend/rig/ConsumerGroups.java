package dev.parley.endtoend.rig;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Looks at and prepares consumer groups. */
final class ConsumerGroups implements AutoCloseable {

  private final Admin admin;

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

  /** How many members of the group have partitions to read. */
  int busyMembers(String group) throws ExecutionException, InterruptedException {
    ConsumerGroupDescription described =
        admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    if (described == null) {
      return 0;
    }
    return (int)
        described.members().stream()
            .filter(member -> !member.assignment().topicPartitions().isEmpty())
            .count();
  }

  @Override
  public void close() {
    admin.close();
  }
}
