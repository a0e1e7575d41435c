package dev.parley.ingest.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Headers;
import dev.parley.schemas.Topics;
import dev.parley.storage.JobStore;
import dev.parley.storage.memory.MemoryJobStore;
import dev.parley.storage.memory.MemoryRedriveStore;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dead letters in a real log. */
@UsesInfrastructure
@Timeout(60)
final class KafkaDeadLettersIT {

  private final KafkaSettings kafka;
  private final DeadLetterLog letters;

  KafkaDeadLettersIT(TestInfrastructure infrastructure) {
    kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    letters = new KafkaDeadLetters(kafka);
  }

  @BeforeEach
  void makeTopics() throws InterruptedException {
    new TopicSetup(4, 1).ensure(kafka);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private LetterId put(String key, byte @Nullable [] value, String... headers) throws Exception {
    Properties settings = kafka.producer("test");
    settings.put("max.request.size", "8388608");
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(Topics.DEAD_LETTERS, bytes(key), value);
      for (int i = 0; i < headers.length; i += 2) {
        record.headers().add(headers[i], bytes(headers[i + 1]));
      }
      RecordMetadata at = producer.send(record).get(10, TimeUnit.SECONDS);
      return new LetterId(at.partition(), at.offset());
    }
  }

  private List<LetterId> all(int pageSize) throws InterruptedException {
    List<LetterId> ids = new ArrayList<>();
    LetterId after = null;
    while (true) {
      List<DeadLetter> page = letters.list(after, pageSize);
      page.forEach(letter -> ids.add(letter.id()));
      if (page.size() < pageSize) {
        return ids;
      }
      after = page.getLast().id();
    }
  }

  @Test
  void letters_of_all_partitions_are_listed_whatever_the_size_of_the_page() throws Exception {
    List<LetterId> before = all(100);
    List<LetterId> put = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      put.add(put("acme/s" + i, bytes("x")));
    }
    assertThat(put.stream().map(LetterId::partition).distinct().count()).isGreaterThan(1);
    List<LetterId> expected = new ArrayList<>(before);
    expected.addAll(put);
    expected.sort(null);
    assertThat(all(100)).isEqualTo(expected);
    assertThat(all(7)).isEqualTo(expected);
    assertThat(letters.find(put.getFirst()).id()).isEqualTo(put.getFirst());
    assertThat(letters.find(new LetterId(0, 99_999))).isNull();
    assertThat(letters.find(new LetterId(99, 0))).isNull();
  }

  @Test
  void a_letter_is_sent_again_as_the_record_was() throws Exception {
    LetterId id =
        put(
            "acme/again",
            bytes("{\"a\":1}"),
            Headers.JOB_ID,
            "job_x",
            Headers.DEAD_LETTER_REASON,
            "exhausted",
            Headers.DEAD_LETTER_TOPIC,
            Topics.SUBMISSIONS,
            Headers.DEAD_LETTER_PARTITION,
            "0",
            Headers.DEAD_LETTER_OFFSET,
            "5");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    MemoryRedriveStore redrives = new MemoryRedriveStore();
    JobStore jobs = new MemoryJobStore();
    DeadLetterCommand command =
        new DeadLetterCommand(
            letters,
            redrives,
            new Redrive(letters, redrives, jobs, Clock.systemUTC()),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    assertThat(command.run(List.of("redrive", id.toString(), "3-77777"))).isEqualTo(1);
    assertThat(command.run(List.of("redrive", id.toString()))).isZero();
    assertThat(command.run(List.of("show", id.toString(), "value"))).isZero();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines.get(0)).startsWith(id + " sent at ");
    assertThat(lines.get(1)).startsWith(id + " was sent already at ");
    assertThat(lines.get(2)).contains("\"redrivenAt\":", "\"value\":{\"a\":1}");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no dead letter 3-77777");

    List<ConsumerRecord<byte[], byte[]>> sent = submissions("acme/again");
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().value()).isEqualTo(bytes("{\"a\":1}"));
    assertThat(sent.getFirst().headers().toArray())
        .extracting(header -> header.key())
        .containsExactly(Headers.JOB_ID);
  }

  @Test
  void what_was_too_large_for_a_letter_is_taken_from_where_it_came() throws Exception {
    byte[] value = new byte[4 * 1024 * 1024];
    LetterId source;
    Properties settings = kafka.producer("test");
    settings.put("max.request.size", "8388608");
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      RecordMetadata at =
          producer
              .send(new ProducerRecord<>(Topics.SUBMISSIONS, bytes("acme/large"), value))
              .get(10, TimeUnit.SECONDS);
      source = new LetterId(at.partition(), at.offset());
    }
    LetterId id =
        put(
            "acme/large",
            null,
            Headers.LEFT_OUT,
            "value",
            Headers.DEAD_LETTER_TOPIC,
            Topics.SUBMISSIONS,
            Headers.DEAD_LETTER_PARTITION,
            Integer.toString(source.partition()),
            Headers.DEAD_LETTER_OFFSET,
            Long.toString(source.offset()));
    letters.sendAgain(letters.find(id));
    assertThat(submissions("acme/large"))
        .hasSize(2)
        .allSatisfy(record -> assertThat(record.value()).hasSize(value.length));

    LetterId lost =
        put(
            "acme/large",
            null,
            Headers.LEFT_OUT,
            "value",
            Headers.DEAD_LETTER_TOPIC,
            Topics.SUBMISSIONS,
            Headers.DEAD_LETTER_PARTITION,
            "0",
            Headers.DEAD_LETTER_OFFSET,
            "999999");
    DeadLetter letter = letters.find(lost);
    assertThatThrownBy(() -> letters.sendAgain(letter))
        .isInstanceOf(DeadLetterLog.GoneException.class);
  }

  private List<ConsumerRecord<byte[], byte[]>> submissions(String key) {
    Properties settings = kafka.consumer("test", "unused");
    settings.remove("group.id");
    settings.remove("group.protocol");
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> all =
          consumer.partitionsFor(Topics.SUBMISSIONS).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      var end = consumer.endOffsets(all);
      while (all.stream().anyMatch(each -> consumer.position(each) < end.get(each))) {
        consumer
            .poll(Duration.ofMillis(500))
            .forEach(record -> {
              if (new String(record.key(), StandardCharsets.UTF_8).equals(key)) {
                found.add(record);
              }
            });
      }
    }
    return found;
  }
}
