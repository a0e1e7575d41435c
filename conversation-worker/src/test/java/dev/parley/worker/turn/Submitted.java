package dev.parley.worker.turn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.TurnOptions;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Submissions, their records and what they cost. */
final class Submitted {

  static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");
  static final SessionKey SESSION = new SessionKey(new TenantId("acme"), new SessionId("s1"));

  private Submitted() {}

  static MessageSubmitted message(String job) {
    return new MessageSubmitted(
        new JobId(job),
        SESSION.tenantId(),
        SESSION.sessionId(),
        NOW,
        null,
        null,
        Content.of("hello"),
        null,
        TurnOptions.NONE,
        true);
  }

  static ConsumerRecord<byte[], byte[]> record(String job) {
    return record(SESSION.recordKey(), EventCodec.SUBMISSIONS.encode(message(job)), "1", job);
  }

  static ConsumerRecord<byte[], byte[]> record(
      String key, byte[] value, String version, String job) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(Headers.SCHEMA_VERSION, utf8(version));
    headers.add(Headers.JOB_ID, utf8(job));
    return new ConsumerRecord<>(
        Topics.SUBMISSIONS,
        3,
        42,
        0,
        TimestampType.LOG_APPEND_TIME,
        key.length(),
        value.length,
        utf8(key),
        value,
        headers,
        Optional.empty());
  }

  /** What the first call of a job's first attempt cost. */
  static UsageEvent usage(JobId job, ObjectNode metadata) {
    return new UsageEvent(
        job.value() + ".1.1",
        null,
        job,
        SESSION.sessionId(),
        SESSION.tenantId(),
        null,
        "fake",
        "m",
        FinishReason.STOP,
        5,
        NOW,
        "default:m",
        metadata,
        10,
        20,
        0,
        0,
        0,
        0,
        new BigDecimal("0.5"),
        "1",
        false);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
