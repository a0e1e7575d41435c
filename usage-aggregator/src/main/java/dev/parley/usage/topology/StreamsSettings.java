package dev.parley.usage.topology;

import dev.parley.runtime.KafkaSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * How the Streams app runs.
 *
 * @param applicationId names the group, the changelog topics and the transactions
 * @param stateDir of this process alone
 * @param threads how many work on partitions; more than there are partitions are idle
 * @param standbyReplicas copies of the state on other instances; with {@link GroupProtocol#STREAMS}
 *     the group's setting on the brokers counts instead
 * @param commitInterval between two transactions; what is added becomes visible with them
 */
public record StreamsSettings(
    String applicationId,
    Path stateDir,
    int threads,
    int standbyReplicas,
    Duration commitInterval,
    GroupProtocol groupProtocol) {

  /** Who assigns the tasks: a member of the group, or the brokers. */
  public enum GroupProtocol {
    CLASSIC,
    STREAMS
  }

  /**
   * Where the partial sums of tenants that are spread travel; no other app may read or write it.
   */
  String partialsTopic() {
    return applicationId + "-partials";
  }

  /** What the Streams app is given. */
  public Properties properties(KafkaSettings kafka) {
    Properties properties = kafka.common(applicationId);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
    // INVARIANT: an event is added exactly once; not open to passthrough.
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(
        StreamsConfig.GROUP_PROTOCOL_CONFIG, groupProtocol.name().toLowerCase(Locale.ROOT));
    if (groupProtocol == GroupProtocol.CLASSIC) {
      properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbyReplicas);
      // How long the partitions of an instance that was killed stay without an owner.
      properties.putIfAbsent(
          StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
    }
    // Neither of a task's two topics has to wait for the other: sums do not depend on the order.
    properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreTuning.class);
    properties.putIfAbsent(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
    properties.putIfAbsent(
        StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    properties.putIfAbsent(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
    properties.putIfAbsent(
        StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
    // The first batch to a partition is refused while the transaction before is still being ended;
    // batches that follow it on the wire would be out of sequence, which brokers log as errors.
    properties.putIfAbsent(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
    properties.putIfAbsent(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2_000);
    return properties;
  }
}
