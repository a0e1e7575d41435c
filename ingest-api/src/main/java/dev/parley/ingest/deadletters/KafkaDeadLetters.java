package dev.parley.ingest.deadletters;

import dev.parley.ingest.deadletters.DeadLetter.RecordHeader;
import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Reads dead letters where they stand, in {@link Topics#DEAD_LETTERS}, with clients that are opened
 * for each call: administrators call seldom. A few at a time, each within bounded time and memory.
 */
public final class KafkaDeadLetters implements DeadLetterLog {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final int AT_ONCE = 2;
  private static final int MAX_RECORD_BYTES = 8 * 1024 * 1024;

  private final KafkaSettings kafka;
  private final Semaphore permits = new Semaphore(AT_ONCE);

  public KafkaDeadLetters(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  @Override
  public List<DeadLetter> list(@Nullable LetterId after, int limit) throws InterruptedException {
    return reading(consumer -> {
      List<DeadLetter> found = new ArrayList<>();
      for (TopicPartition partition : partitions(consumer, Topics.DEAD_LETTERS)) {
        long from = from(after, partition.partition());
        for (ConsumerRecord<byte[], byte[]> record :
            read(consumer, partition, from, limit - found.size())) {
          found.add(letter(record));
        }
        if (found.size() == limit) {
          break;
        }
      }
      return found;
    });
  }

  /** From which offset on a partition has letters that come after that one. */
  private static long from(@Nullable LetterId after, int partition) {
    if (after == null || partition > after.partition()) {
      return 0;
    }
    return partition == after.partition() ? after.offset() + 1 : Long.MAX_VALUE;
  }

  @Override
  public @Nullable DeadLetter find(LetterId id) throws InterruptedException {
    List<DeadLetter> found =
        reading(consumer -> {
          ConsumerRecord<byte[], byte[]> record =
              readOne(consumer, Topics.DEAD_LETTERS, id.partition(), id.offset());
          return record == null ? List.of() : List.of(letter(record));
        });
    return found.isEmpty() ? null : found.getFirst();
  }

  @Override
  public void sendAgain(DeadLetter letter) throws InterruptedException {
    String topic = letter.sourceTopic();
    if (topic == null) {
      throw new GoneException("the letter does not tell which topic it came from");
    }
    byte[] value = letter.isWithoutValue() ? originalValue(letter, topic) : letter.value();
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, letter.key(), value);
    letter.originalHeaders().forEach(header -> record.headers().add(header.name(), header.value()));
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings())) {
      producer.send(record).get();
    } catch (ExecutionException | KafkaException e) {
      throw new UnavailableException("kafka did not take the record", e);
    }
  }

  /** Of a letter that was too large to be put aside with it. */
  private byte[] originalValue(DeadLetter letter, String topic) throws InterruptedException {
    LetterId position = letter.sourcePosition();
    List<ConsumerRecord<byte[], byte[]>> found =
        position == null
            ? List.of()
            : reading(consumer -> {
              ConsumerRecord<byte[], byte[]> record =
                  readOne(consumer, topic, position.partition(), position.offset());
              return record == null ? List.of() : List.of(record);
            });
    if (found.isEmpty() || found.getFirst().value() == null) {
      throw new GoneException("the record is not in its topic any more");
    }
    return found.getFirst().value();
  }

  private interface Reading<T> {
    List<T> run(Consumer<byte[], byte[]> consumer);
  }

  private <T> List<T> reading(Reading<T> reading) throws InterruptedException {
    if (!permits.tryAcquire()) {
      throw new UnavailableException("too many read dead letters at once", null);
    }
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerSettings())) {
      return reading.run(consumer);
    } catch (InterruptException e) {
      throw new InterruptedException("interrupted while reading dead letters");
    } catch (KafkaException e) {
      throw new UnavailableException("kafka does not answer", e);
    } finally {
      permits.release();
    }
  }

  private static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .sorted((a, b) -> Integer.compare(a.partition(), b.partition()))
        .toList();
  }

  private static @Nullable ConsumerRecord<byte[], byte[]> readOne(
      Consumer<byte[], byte[]> consumer, String topic, int partition, long offset) {
    TopicPartition at = new TopicPartition(topic, partition);
    if (!partitions(consumer, topic).contains(at)) {
      return null;
    }
    List<ConsumerRecord<byte[], byte[]>> found = read(consumer, at, offset, 1);
    return found.isEmpty() || found.getFirst().offset() != offset ? null : found.getFirst();
  }

  /** As many as there are from an offset on, up to a limit. */
  private static List<ConsumerRecord<byte[], byte[]>> read(
      Consumer<byte[], byte[]> consumer, TopicPartition partition, long from, int limit) {
    List<TopicPartition> one = List.of(partition);
    consumer.assign(one);
    Map<TopicPartition, Long> begin = consumer.beginningOffsets(one);
    long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
    long first = Math.max(from, begin.getOrDefault(partition, 0L));
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    if (first >= end) {
      return found;
    }
    consumer.seek(partition, first);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (found.size() < limit && consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (found.size() < limit && record.offset() < end) {
          found.add(record);
        }
      }
      if (System.nanoTime() - deadline > 0) {
        throw new UnavailableException("kafka does not answer in time", null);
      }
    }
    return found;
  }

  private static DeadLetter letter(ConsumerRecord<byte[], byte[]> record) {
    List<RecordHeader> headers = new ArrayList<>();
    record.headers().forEach(header -> headers.add(new RecordHeader(header.key(), header.value())));
    return new DeadLetter(
        new LetterId(record.partition(), record.offset()),
        Instant.ofEpochMilli(record.timestamp()),
        record.key(),
        record.value(),
        headers);
  }

  private Properties consumerSettings() {
    Properties properties = kafka.reader("parley-dead-letters");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(LIMIT.toMillis()));
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "100");
    return properties;
  }

  private Properties producerSettings() {
    Properties properties = kafka.producer("parley-redrive");
    String limit = Long.toString(LIMIT.toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, limit);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, limit);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(MAX_RECORD_BYTES));
    return properties;
  }
}
