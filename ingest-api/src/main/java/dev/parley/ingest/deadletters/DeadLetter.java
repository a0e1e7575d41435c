package dev.parley.ingest.deadletters;

import dev.parley.schemas.Headers;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record that was put aside.
 *
 * @param value as it came; null when it had none, or was too large to be put aside
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeadLetter(
    LetterId id,
    Instant timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    List<RecordHeader> headers) {

  private static final String ABOUT_THE_LETTER = "dead-letter-";

  public DeadLetter {
    headers = List.copyOf(headers);
  }

  /** A header of a record; values need not be text. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record RecordHeader(String name, byte @Nullable [] value) {}

  /** The text of the last header of that name. */
  @Nullable String header(String name) {
    for (RecordHeader header : headers.reversed()) {
      if (header.name().equals(name)) {
        return header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  /** The topic that the record came from; null when the letter does not tell. */
  public @Nullable String sourceTopic() {
    return header(Headers.DEAD_LETTER_TOPIC);
  }

  /** Where in that topic it came from; null when the letter does not tell. */
  public @Nullable LetterId sourcePosition() {
    return LetterId.parse(
        header(Headers.DEAD_LETTER_PARTITION) + "-" + header(Headers.DEAD_LETTER_OFFSET));
  }

  /** Whether the value was too large to be put aside. */
  boolean isWithoutValue() {
    return value == null && "value".equals(header(Headers.LEFT_OUT));
  }

  /** The headers that the record had when it came. */
  public List<RecordHeader> originalHeaders() {
    boolean withoutValue = isWithoutValue();
    return headers.stream()
        .filter(header -> !header.name().startsWith(ABOUT_THE_LETTER))
        .filter(header -> !(withoutValue && header.name().equals(Headers.LEFT_OUT)))
        .toList();
  }

  @Nullable JobId jobId() {
    String id = header(Headers.JOB_ID);
    return id != null && Identifiers.isValid(id) ? new JobId(id) : null;
  }

  @Nullable SessionKey sessionKey() {
    try {
      return key == null ? null : SessionKey.parse(new String(key, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
