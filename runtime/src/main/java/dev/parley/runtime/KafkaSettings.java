package dev.parley.runtime;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How to reach Kafka, and the client settings that Parley's guarantees rest upon.
 *
 * @param bootstrapServers {@code host:port,...}
 * @param passthrough client settings for TLS, SASL and tuning, by Kafka's own names
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> passthrough) {

  private static final String PREFIX = "KAFKA_";

  public KafkaSettings {
    passthrough = Map.copyOf(passthrough);
  }

  /** Reads KAFKA_BOOTSTRAP_SERVERS; {@code KAFKA_SASL_MECHANISM} becomes sasl.mechanism. */
  public static KafkaSettings from(Env env) {
    String servers = env.require("KAFKA_BOOTSTRAP_SERVERS", "Kafka's addresses, host:port,...");
    Map<String, String> passthrough = new TreeMap<>();
    env.startingWith(PREFIX)
        .forEach((name, value) ->
            passthrough.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
    passthrough.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    return new KafkaSettings(servers, passthrough);
  }

  public static KafkaSettings of(String bootstrapServers) {
    return new KafkaSettings(bootstrapServers, Map.of());
  }

  /** What every client has: the servers and what is passed through. */
  public Properties common(String clientId) {
    Properties properties = new Properties();
    properties.putAll(passthrough);
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    return properties;
  }

  /** Byte-array producer: idempotent, acks from all in-sync replicas. */
  public Properties producer(String clientId) {
    return producer(clientId, Map.of());
  }

  /**
   * The same, where nothing else was configured with other defaults.
   *
   * @param defaults by Kafka's names
   */
  public Properties producer(String clientId, Map<String, String> defaults) {
    Properties properties = common(clientId);
    defaults.forEach(properties::putIfAbsent);
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    properties.put(
        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    // INVARIANT: accepted means durable. These two are not open to passthrough.
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "0");
    properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, "131072");
    return properties;
  }

  /** Byte-array consumer that commits by itself never, in the new group protocol. */
  public Properties consumer(String clientId, String groupId) {
    Properties properties = common(clientId);
    properties.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    properties.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return properties;
  }

  /** The same for reading by offsets, in no group. */
  public Properties reader(String clientId) {
    Properties properties = consumer(clientId, "");
    properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
    properties.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
    return properties;
  }

  /** Secrets may be among what is passed through, so only its names are shown. */
  @Override
  public String toString() {
    return "KafkaSettings[" + bootstrapServers + ", " + passthrough.keySet() + "]";
  }
}
