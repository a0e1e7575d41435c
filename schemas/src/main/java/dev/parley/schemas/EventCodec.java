package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the values of one topic.
 *
 * <p>The version is raised when a reader of the old version would misread a record, not when a
 * field is added: unknown fields are ignored. Thread-safe.
 */
public final class EventCodec<T> {

  public static final EventCodec<Submission> SUBMISSIONS = new EventCodec<>(Submission.class, 1);
  public static final EventCodec<JobOutcome> OUTCOMES = new EventCodec<>(JobOutcome.class, 1);
  public static final EventCodec<UsageEvent> USAGE_EVENTS = new EventCodec<>(UsageEvent.class, 1);
  public static final EventCodec<UsageTotal> USAGE_TOTALS = new EventCodec<>(UsageTotal.class, 1);

  private final int version;
  private final byte[] versionHeader;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  private EventCodec(Class<T> type, int version) {
    this.version = version;
    this.versionHeader = Integer.toString(version).getBytes(StandardCharsets.US_ASCII);
    this.reader = Json.mapper().readerFor(type);
    this.writer = Json.mapper().writerFor(type);
  }

  /** The value of {@link Headers#SCHEMA_VERSION} for what {@link #encode} writes. */
  public byte[] versionHeader() {
    return versionHeader.clone();
  }

  public byte[] encode(T event) {
    try {
      return writer.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("an event of our own cannot be written", e);
    }
  }

  /**
   * Reads a record's value. Never throws for what the bytes hold.
   *
   * @param versionHeader the value of {@link Headers#SCHEMA_VERSION}; null is read as version 1
   */
  public Decoded<T> decode(byte @Nullable [] value, byte @Nullable [] versionHeader) {
    int theirs = parseVersion(versionHeader);
    if (theirs < 1) {
      return new Decoded.Undecodable<>("header " + Headers.SCHEMA_VERSION + " is not a version");
    }
    if (theirs > version) {
      return new Decoded.Newer<>(theirs);
    }
    if (value == null) {
      return new Decoded.Undecodable<>("the record has no value");
    }
    try {
      T event = reader.readValue(value);
      return event == null ? new Decoded.Undecodable<>("the value is null") : check(event);
    } catch (InvalidTypeIdException e) {
      return new Decoded.Undecodable<>("unknown type at " + path(e));
    } catch (DatabindException e) {
      return new Decoded.Undecodable<>(e.getClass().getSimpleName() + " at " + path(e));
    } catch (JsonProcessingException e) {
      return new Decoded.Undecodable<>("not JSON, near byte " + e.getLocation().getByteOffset());
    } catch (IOException e) {
      return new Decoded.Undecodable<>(e.getClass().getSimpleName());
    }
  }

  private Decoded<T> check(T event) {
    String missing = RequiredComponents.firstMissing(event);
    return missing == null
        ? new Decoded.Value<>(event)
        : new Decoded.Undecodable<>("missing " + missing);
  }

  private static int parseVersion(byte @Nullable [] header) {
    if (header == null) {
      return 1;
    }
    try {
      return Integer.parseInt(new String(header, StandardCharsets.UTF_8));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String path(DatabindException e) {
    if (!(e instanceof JsonMappingException mapping)) {
      return "/";
    }
    return mapping.getPath().stream()
        .map(ref -> ref.getFieldName() == null ? "[" + ref.getIndex() + "]" : ref.getFieldName())
        .collect(Collectors.joining("/", "/", ""));
  }
}
