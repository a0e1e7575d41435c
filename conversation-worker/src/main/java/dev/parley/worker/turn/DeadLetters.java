package dev.parley.worker.turn;

import dev.parley.schemas.Headers;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Topics;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.engine.DeadLetterSink;
import dev.parley.worker.engine.Step;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
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
  private final TurnEnding ending;
  private final Clock clock;

  DeadLetters(Producer<byte[], byte[]> producer, JobStore jobs, TurnEnding ending, Clock clock) {
    this.producer = producer;
    this.jobs = jobs;
    this.ending = ending;
    this.clock = clock;
  }

  @Override
  public void accept(ConsumerRecord<byte[], byte[]> record, String reason, String detail)
      throws Exception {
    JobId jobId = SubmissionRecords.jobOf(record);
    SessionKey key = SubmissionRecords.keyOf(record);
    if (jobId == null || key == null) {
      send(record, reason, detail);
    } else {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      // Before the letter, which would be written with each try while the store is away.
      Claim claim =
          jobs.claim(List.of(new ClaimRequest(jobId, key, now, null, null, null))).getFirst();
      send(record, reason, detail);
      endJob(claim, jobId, key, reason, now);
    }
    log.atWarn()
        .setMessage("dead letter")
        .addKeyValue("reason", reason)
        .addKeyValue("topic", record.topic())
        .addKeyValue("partition", record.partition())
        .addKeyValue("offset", record.offset())
        .log();
  }

  private void send(ConsumerRecord<byte[], byte[]> record, String reason, String detail)
      throws ExecutionException, InterruptedException {
    try {
      producer.send(letter(record, record.value(), reason, detail)).get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof RecordTooLargeException)) {
        throw e;
      }
      ProducerRecord<byte[], byte[]> letter = letter(record, null, reason, detail);
      add(letter, Headers.LEFT_OUT, "value");
      producer.send(letter).get();
    }
  }

  private static ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> record,
      byte @Nullable [] value,
      String reason,
      String detail) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(Topics.DEAD_LETTERS, record.key(), value);
    record.headers().forEach(header -> letter.headers().add(header));
    add(letter, Headers.DEAD_LETTER_REASON, reason);
    add(letter, Headers.DEAD_LETTER_DETAIL, detail);
    add(letter, Headers.DEAD_LETTER_TOPIC, record.topic());
    add(letter, Headers.DEAD_LETTER_PARTITION, Integer.toString(record.partition()));
    add(letter, Headers.DEAD_LETTER_OFFSET, Long.toString(record.offset()));
    return letter;
  }

  /** How it ended is published in any case: whoever ended it may not have come to that. */
  private void endJob(Claim claim, JobId jobId, SessionKey key, String reason, Instant now)
      throws InterruptedException {
    Step step =
        switch (claim) {
          case Claim.AlreadyEnded(Job job) -> ending.publishAgain(job, key.sessionId());
          case Claim.Claimed(int attempt) -> {
            JobOutcome.Ended ended =
                new JobOutcome.Ended(jobId, key.tenantId(), key.sessionId(), attempt, null, now);
            JobError error =
                new JobError("dead_lettered", "the job could not be handled: " + reason);
            yield ending.write(
                new TurnEnd(new JobOutcome.Failed(ended, error), attempt, 0, List.of(), List.of()));
          }
        };
    if (!(step instanceof Step.Done)) {
      throw new IllegalStateException("the job was claimed by somebody else meanwhile");
    }
  }

  private static void add(ProducerRecord<byte[], byte[]> letter, String name, String value) {
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
