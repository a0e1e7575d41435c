package dev.parley.endtoend.rig;

import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Copies a submission, byte for byte. */
final class Repetition {

  private static final Duration POLL = Duration.ofMillis(500);

  private Repetition() {}

  static void of(String bootstrapServers, JobId job)
      throws ExecutionException, InterruptedException {
    ConsumerRecord<byte[], byte[]> first = find(bootstrapServers, job);
    Map<String, Object> settings =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  first.topic(), first.partition(), first.key(), first.value(), first.headers()))
          .get();
    }
  }

  private static ConsumerRecord<byte[], byte[]> find(String bootstrapServers, JobId job) {
    Map<String, Object> settings =
        Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.SUBMISSIONS).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
      while (true) {
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (ends.isEmpty()) {
          throw new IllegalArgumentException(job.value() + " is not in the log");
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          Header id = record.headers().lastHeader(Headers.JOB_ID);
          if (id != null && job.value().equals(new String(id.value(), StandardCharsets.US_ASCII))) {
            return record;
          }
        }
      }
    }
  }
}
