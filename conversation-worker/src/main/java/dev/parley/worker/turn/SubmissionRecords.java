package dev.parley.worker.turn;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Reads the parts of a submission's record. */
final class SubmissionRecords {

  private SubmissionRecords() {}

  static Decoded<Submission> decode(ConsumerRecord<byte[], byte[]> record) {
    Decoded<Submission> decoded =
        EventCodec.SUBMISSIONS.decode(record.value(), header(record, Headers.SCHEMA_VERSION));
    if (decoded instanceof Decoded.Value<Submission>(Submission submission)
        && !submission.sessionKey().equals(keyOf(record))) {
      return new Decoded.Undecodable<>("the record's key is not that of its value");
    }
    return decoded;
  }

  /** The session that a record belongs to by its key; null when the key names none. */
  static @Nullable SessionKey keyOf(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return null;
    }
    try {
      return SessionKey.parse(new String(record.key(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The job that a record belongs to by its header, for records whose value cannot be read. */
  static @Nullable JobId jobOf(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = header(record, Headers.JOB_ID);
    if (value == null) {
      return null;
    }
    try {
      return new JobId(new String(value, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  static byte @Nullable [] header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : header.value();
  }
}
