package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the values of one topic.
 *
 * <p>The version is raised when a reader of the old version would misread a record, not when a
 * field is added: unknown fields are ignored. Thread-safe.
 */
public final class EventCodec<T> {

  /** What was accepted at {@link Json#MAX_DEPTH} stands some levels deeper inside of an event. */
  static final int MAX_DEPTH = 2 * Json.MAX_DEPTH;

  static final ObjectMapper MAPPER = Json.newMapper(MAX_DEPTH, MAX_DEPTH);

  public static final EventCodec<Submission> SUBMISSIONS =
      new EventCodec<>(
          Submission.class, 2, EventCodec::versionOf, value -> null, SubmissionWriter::write);
  public static final EventCodec<JobOutcome> OUTCOMES = new EventCodec<>(JobOutcome.class, 1);
  public static final EventCodec<UsageEvent> USAGE_EVENTS =
      new EventCodec<>(UsageEvent.class, 1, event -> 1, UsageEventReader::read);
  public static final EventCodec<UsageTotal> USAGE_TOTALS = new EventCodec<>(UsageTotal.class, 1);
  public static final EventCodec<UsageCounts> USAGE_COUNTS = new EventCodec<>(UsageCounts.class, 1);

  private final int version;
  private final ToIntFunction<T> versionOf;
  private final Quick<T> quick;
  private final QuickWriter<T> quickWriter;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  /** Reads what it is sure of; null leaves it to the general reader, which is never wrong. */
  private interface Quick<T> {
    @Nullable T read(byte[] value);
  }

  /** Writes what it knows as the general writer does; null leaves it to that one. */
  private interface QuickWriter<T> {
    byte @Nullable [] write(T event);
  }

  private EventCodec(Class<T> type, int version) {
    this(type, version, event -> version);
  }

  private EventCodec(Class<T> type, int version, ToIntFunction<T> versionOf) {
    this(type, version, versionOf, value -> null);
  }

  private EventCodec(Class<T> type, int version, ToIntFunction<T> versionOf, Quick<T> quick) {
    this(type, version, versionOf, quick, event -> null);
  }

  /**
   * @param versionOf the oldest version whose readers understand the event
   */
  private EventCodec(
      Class<T> type,
      int version,
      ToIntFunction<T> versionOf,
      Quick<T> quick,
      QuickWriter<T> quickWriter) {
    this.version = version;
    this.versionOf = versionOf;
    this.quick = quick;
    this.quickWriter = quickWriter;
    this.reader = MAPPER.readerFor(type);
    this.writer = MAPPER.writerFor(type);
  }

  /** Compactions came with version 2: a worker of before leaves them to newer ones. */
  private static int versionOf(Submission submission) {
    return switch (submission) {
      case Submission.MessageSubmitted message -> 1;
      case Submission.CompactionRequested compaction -> 2;
    };
  }

  /**
   * The value of {@link Headers#SCHEMA_VERSION} that fits everything that {@link #encode} writes.
   */
  public byte[] versionHeader() {
    return Integer.toString(version).getBytes(StandardCharsets.US_ASCII);
  }

  /** The lowest value of the header that fits what {@link #encode} writes of this event. */
  public byte[] versionHeader(T event) {
    return Integer.toString(versionOf.applyAsInt(event)).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Writes a record's value.
   *
   * <p>Texts come back as they were, with NUL and with halves of surrogate pairs too, which a model
   * can produce and UTF-8 cannot hold: surrogates are written as escapes.
   *
   * @throws UncheckedIOException when {@link #decode} could not read it: nested too deep, or a time
   *     beyond the year 9999
   */
  public byte[] encode(T event) {
    byte[] written = quickWriter.write(event);
    return written == null ? encodeInFull(event) : written;
  }

  /** By the general writer. */
  byte[] encodeInFull(T event) {
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
    T read = quick.read(value);
    return read == null ? decodeInFull(value) : new Decoded.Value<>(read);
  }

  /** By the general reader. */
  Decoded<T> decodeInFull(byte[] value) {
    try {
      return decoded(reader.readValue(value));
    } catch (IOException | RuntimeException e) {
      return decodeText(value, e);
    }
  }

  /**
   * Tries again from characters: the reader of bytes refuses names that hold half of a surrogate
   * pair, which the writer writes.
   */
  private Decoded<T> decodeText(byte[] value, Exception why) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return new Decoded.Undecodable<>(reason(why));
    }
    try {
      return decoded(reader.readValue(text));
    } catch (IOException | RuntimeException e) {
      return new Decoded.Undecodable<>(reason(e));
    }
  }

  private Decoded<T> decoded(@Nullable T event) {
    return event == null
        ? new Decoded.Undecodable<>("the value is null")
        : new Decoded.Value<>(event);
  }

  /** Where and why, without the library's messages, which quote the content. */
  private static String reason(Exception why) {
    return switch (why) {
      case InvalidTypeIdException e -> "unknown type at " + path(e);
      case InvalidNullException e -> "missing " + path(e);
      case MismatchedInputException e -> "wrong type or value at " + path(e);
      case JsonMappingException e -> "refused value at " + path(e);
      case StreamConstraintsException e -> "nested too deep, or a number or name is too long";
      case JsonProcessingException e -> "not JSON, near offset " + offset(e);
      default -> why.getClass().getSimpleName();
    };
  }

  /** A positive decimal number in its shortest ASCII spelling; -1 for anything else. */
  private static int parseVersion(byte @Nullable [] header) {
    if (header == null) {
      return 1;
    }
    if (header.length == 0 || header.length > 9 || header[0] == '0') {
      return -1;
    }
    int version = 0;
    for (byte b : header) {
      if (b < '0' || b > '9') {
        return -1;
      }
      version = version * 10 + (b - '0');
    }
    return version;
  }

  private static long offset(JsonProcessingException e) {
    if (e.getLocation() == null) {
      return -1;
    }
    return Math.max(e.getLocation().getByteOffset(), e.getLocation().getCharOffset());
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(ref -> ref.getFieldName() == null ? "[" + ref.getIndex() + "]" : ref.getFieldName())
        .collect(Collectors.joining("/", "/", ""));
  }
}
