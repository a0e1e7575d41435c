package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireTimeTest {

  private static final DateTimeFormatter FORMATTER =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static Instant read(String text) throws JsonProcessingException {
    return Json.mapper().readValue('"' + text + '"', Instant.class);
  }

  @Test
  void anyTimeIsWrittenAsTheFormatterWouldAndReadBack() throws JsonProcessingException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long first = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    long last = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    for (int i = 0; i < 20_000; i++) {
      Instant time =
          Instant.ofEpochSecond(random.nextLong(first, last + 1), random.nextInt(1_000_000_000));
      String text = Json.format(time);
      assertThat(text).as("seed %d", seed).isEqualTo(FORMATTER.format(time));
      assertThat(read(text)).as("seed %d", seed).isEqualTo(time.truncatedTo(ChronoUnit.MILLIS));
    }
  }

  @Test
  void bothEndsOfTheRangeAreWritten() {
    assertThat(Json.format(Instant.parse("0000-01-01T00:00:00Z")))
        .isEqualTo("0000-01-01T00:00:00.000Z");
    assertThat(Json.format(Instant.parse("9999-12-31T23:59:59.999Z")))
        .isEqualTo("9999-12-31T23:59:59.999Z");
  }

  @Test
  void otherSpellingsAreReadToo() throws JsonProcessingException {
    Instant time = Instant.parse("2026-03-01T10:00:00.120Z");
    assertThat(read("2026-03-01T12:00:00.12+02:00")).isEqualTo(time);
    assertThat(read("2026-03-01T10:00:00.120999Z")).isEqualTo(time);
    assertThat(read("2026-03-01T05:00:00.120-05:00")).isEqualTo(time);
  }

  @Test
  void whatLooksLikeATimeAndIsNoneIsRefused() {
    for (String wrong :
        new String[] {
          "2026-02-29T10:00:00.000Z",
          "2026-13-01T10:00:00.000Z",
          "2026-00-10T10:00:00.000Z",
          "2026-03-01T24:00:00.001Z",
          "2026-03-01T10:60:00.000Z",
          "2026-03-01T10:00:61.000Z",
          "2026-03-01 10:00:00.000Z",
          "2026-03-01T10:00:00.00aZ",
          "2026-03-01T10:00:00.000X"
        }) {
      assertThatThrownBy(() -> read(wrong)).as(wrong).isInstanceOf(JsonProcessingException.class);
    }
  }
}
