package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * Times on the wire: ISO 8601 UTC with milliseconds, years 0000 to 9999. Any offset and any
 * precision is read; what is finer than a millisecond is cut off, so that a value that was read is
 * equal to what it is written as.
 */
final class WireTime {

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private WireTime() {}

  static String format(Instant instant) {
    return MILLIS.format(instant);
  }

  private static boolean isInRange(Instant instant) {
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
