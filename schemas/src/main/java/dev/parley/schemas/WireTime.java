package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Times on the wire: ISO 8601 UTC with milliseconds, years 0000 to 9999. Any offset and any
 * precision is read; what is finer than a millisecond is cut off, so that a value that was read is
 * equal to what it is written as.
 */
final class WireTime {

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private static final String SHAPE = "0000-00-00T00:00:00.000Z";
  private static final int SECONDS_OF_DAY = 86_400;

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private WireTime() {}

  /** By hand, as each event holds several: the formatter takes twenty times as long. */
  static String format(Instant instant) {
    if (!isInRange(instant)) {
      return MILLIS.format(instant);
    }
    long second = instant.getEpochSecond();
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(second, SECONDS_OF_DAY));
    int ofDay = Math.floorMod(second, SECONDS_OF_DAY);
    byte[] text = SHAPE.getBytes(StandardCharsets.ISO_8859_1);
    digits(text, 0, 4, date.getYear());
    digits(text, 5, 2, date.getMonthValue());
    digits(text, 8, 2, date.getDayOfMonth());
    digits(text, 11, 2, ofDay / 3_600);
    digits(text, 14, 2, ofDay / 60 % 60);
    digits(text, 17, 2, ofDay % 60);
    digits(text, 20, 3, instant.getNano() / 1_000_000);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void digits(byte[] text, int from, int count, int number) {
    int rest = number;
    for (int i = from + count - 1; i >= from; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /**
   * Reads what {@link #format} writes.
   *
   * @return null for every other spelling, and for what is no time
   */
  static @Nullable Instant parseOurs(String text) {
    if (text.length() != SHAPE.length()) {
      return null;
    }
    for (int i = 0; i < SHAPE.length(); i++) {
      char c = text.charAt(i);
      if (SHAPE.charAt(i) == '0' ? c < '0' || c > '9' : c != SHAPE.charAt(i)) {
        return null;
      }
    }
    int hour = number(text, 11, 2);
    int minute = number(text, 14, 2);
    int second = number(text, 17, 2);
    if (hour > 23 || minute > 59 || second > 59) {
      return null;
    }
    LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2));
    return Instant.ofEpochSecond(
        date.toEpochDay() * SECONDS_OF_DAY + hour * 3_600L + minute * 60L + second,
        number(text, 20, 3) * 1_000_000L);
  }

  private static int number(String text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      number = number * 10 + (text.charAt(i) - '0');
    }
    return number;
  }

  static boolean isInRange(Instant instant) {
    return !instant.isBefore(FIRST) && instant.compareTo(LAST) <= 0;
  }

  static final class Serializer extends StdScalarSerializer<Instant> {
    Serializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      if (!isInRange(value.truncatedTo(ChronoUnit.MILLIS))) {
        throw JsonMappingException.from(generator, "a time beyond the years 0000 to 9999");
      }
      generator.writeString(format(value));
    }
  }

  static final class Deserializer extends StdScalarDeserializer<Instant> {
    Deserializer() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText();
      try {
        Instant ours = parseOurs(text);
        if (ours != null) {
          return ours;
        }
        Instant instant =
            DateTimeFormatter.ISO_OFFSET_DATE_TIME
                .parse(text, Instant::from)
                .truncatedTo(ChronoUnit.MILLIS);
        if (isInRange(instant)) {
          return instant;
        }
      } catch (DateTimeException e) {
        // Told below, together with what is out of range.
      }
      return (Instant) context.handleWeirdStringValue(Instant.class, text, "not an ISO 8601 time");
    }
  }
}
