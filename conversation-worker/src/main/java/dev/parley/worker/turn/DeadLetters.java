package dev.parley.worker.turn;

import dev.parley.schemas.Headers;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Topics;
import dev.parley.storage.JobStore;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.engine.DeadLetterSink;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a record aside as it came, with its headers and why, and ends its job visibly where the
 * record still tells which job that is.
 */
final class DeadLetters implements DeadLetterSink {

  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

  private final Producer<byte[], byte[]> producer;
  private final JobStore jobs;
  private final TurnStores stores;
  private final Publisher publisher;
  private final Clock clock;

  DeadLetters(
      Producer<byte[], byte[]> producer,
      JobStore jobs,
      TurnStores stores,
      Publisher publisher,
      Clock clock) {
    this.producer = producer;
    this.jobs = jobs;
    this.stores = stores;
    this.publisher = publisher;
    this.clock = clock;
  }

  @Override
  public void accept(ConsumerRecord<byte[], byte[]> record, String reason, String detail)
      throws Exception {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(Topics.DEAD_LETTERS, record.key(), record.value());
    record.headers().forEach(header -> letter.headers().add(header));
    add(letter, Headers.DEAD_LETTER_REASON, reason);
    add(letter, Headers.DEAD_LETTER_DETAIL, detail);
    add(letter, Headers.DEAD_LETTER_TOPIC, record.topic());
    add(letter, Headers.DEAD_LETTER_PARTITION, Integer.toString(record.partition()));
    add(letter, Headers.DEAD_LETTER_OFFSET, Long.toString(record.offset()));
    producer.send(letter).get();
    endJob(record, reason);
    log.atWarn()
        .setMessage("dead letter")
        .addKeyValue("reason", reason)
        .addKeyValue("topic", record.topic())
        .addKeyValue("partition", record.partition())
        .addKeyValue("offset", record.offset())
        .log();
  }

  private void endJob(ConsumerRecord<byte[], byte[]> record, String reason)
      throws InterruptedException {
    JobId jobId = SubmissionRecords.jobOf(record);
    SessionKey key = SubmissionRecords.keyOf(record);
    if (jobId == null || key == null) {
      return;
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    ClaimRequest request = new ClaimRequest(jobId, key, now, null, null, null);
    if (!(jobs.claim(List.of(request)).getFirst() instanceof Claim.Claimed(int attempt))) {
      return;
    }
    JobOutcome.Ended ended =
        new JobOutcome.Ended(jobId, key.tenantId(), key.sessionId(), attempt, null, now);
    JobOutcome outcome =
        new JobOutcome.Failed(
            ended, new JobError("dead_lettered", "the job could not be handled: " + reason));
    TurnEnd end = new TurnEnd(outcome, attempt, 0, List.of(), List.of());
    if (stores.commit(end) instanceof CommitResult.Committed) {
      publisher.publish(outcome, List.of());
    }
  }

  private static void add(ProducerRecord<byte[], byte[]> letter, String name, String value) {
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
