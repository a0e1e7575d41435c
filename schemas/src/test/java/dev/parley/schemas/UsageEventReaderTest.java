package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.chat.FinishReason;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageEventReaderTest {

  private static final String[] TEXTS = {"gpt-5", "a\"b\\", "明日\n", "😀", "", "{\"x\":1}"};
  private static final List<FinishReason> REASONS = List.of(FinishReason.values());
  private static final String[] COSTS = {
    "0.00000012345", "0", "1.10", "123456789.5", "1E+3", "-0.5"
  };
  private static final String[] PIECES = {
    "\"",
    ",",
    ":",
    "{",
    "}",
    "null",
    "1",
    "-",
    ".5",
    "e9",
    " ",
    "\"jobId\":\"x\",",
    "[",
    "true",
    "\\u0000"
  };

  @Test
  void whatWeWriteIsReadAsTheGeneralReaderReadsIt() {
    SplittableRandom random = new SplittableRandom(1);
    int read = 0;
    for (int i = 0; i < 2_000; i++) {
      UsageEvent event = event(random);
      byte[] json = EventCodec.USAGE_EVENTS.encode(event);
      UsageEvent quick = UsageEventReader.read(json);
      if (quick != null) {
        read++;
        requireSame(quick, json);
      }
    }
    assertThat(read).as("read by hand").isGreaterThan(1_200);
  }

  @Test
  void whatIsBrokenIsNeverReadInAnotherWayThanByTheGeneralReader() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("UsageEventReaderTest -Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 40_000; i++) {
      String json =
          new String(EventCodec.USAGE_EVENTS.encode(event(random)), StandardCharsets.UTF_8);
      int at = random.nextInt(json.length());
      int to = Math.min(json.length(), at + random.nextInt(4));
      String piece = PIECES[random.nextInt(PIECES.length)];
      byte[] broken =
          (json.substring(0, at) + piece + json.substring(to)).getBytes(StandardCharsets.UTF_8);
      UsageEvent quick = UsageEventReader.read(broken);
      if (quick != null) {
        requireSame(quick, broken);
      }
    }
  }

  @Test
  void plainEventsAreReadWithoutAParserAndNoOtherIsReadInAnotherWay() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("UsageEventReaderTest -Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] json = EventCodec.USAGE_EVENTS.encode(event(random));
      if (i % 2 == 1) {
        byte[] piece = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
        int at = random.nextInt(json.length - piece.length);
        System.arraycopy(piece, 0, json, at, piece.length);
      }
      UsageEvent plain = scanned(json);
      if (plain != null) {
        read++;
        requireSame(plain, json);
      }
    }
    assertThat(read).as("read without a parser").isGreaterThan(100);
  }

  private static @Nullable UsageEvent scanned(byte[] json) {
    try {
      return UsageEventScanner.read(json);
    } catch (RuntimeException e) {
      // as the reader takes it: an id or a time that is none
      return null;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":1e999999999}",
        "null",
        "[]",
        "{\"a\":1.10}"
      })
  void metadataIsHeldToTheSameRules(String metadata) {
    String json =
        new String(
            EventCodec.USAGE_EVENTS.encode(
                event(new SplittableRandom(2)).with(null, Instant.EPOCH)),
            StandardCharsets.UTF_8);
    byte[] whole =
        ("{\"metadata\":" + metadata + "," + json.substring(1)).getBytes(StandardCharsets.UTF_8);
    UsageEvent quick = UsageEventReader.read(whole);
    if (quick != null) {
      requireSame(quick, whole);
    }
    // and what the codec says is what the general reader says
    assertThat(EventCodec.USAGE_EVENTS.decode(whole, null))
        .isEqualTo(EventCodec.USAGE_EVENTS.decodeInFull(whole));
  }

  private static void requireSame(UsageEvent quick, byte[] json) {
    assertThat(EventCodec.USAGE_EVENTS.decodeInFull(json))
        .as(() -> new String(json, StandardCharsets.UTF_8))
        .isEqualTo(new Decoded.Value<>(quick));
  }

  private static @Nullable String maybe(SplittableRandom random) {
    return random.nextBoolean() ? null : TEXTS[random.nextInt(TEXTS.length)];
  }

  private static UsageEvent event(SplittableRandom random) {
    boolean corrects = random.nextInt(10) == 0;
    return new UsageEvent(
        "job_1.1." + random.nextInt(9),
        maybe(random),
        new JobId("job_1"),
        new SessionId("session"),
        new TenantId("tenant"),
        maybe(random),
        "openai",
        TEXTS[random.nextInt(TEXTS.length)],
        REASONS.get(random.nextInt(REASONS.size())),
        random.nextInt(5_000),
        Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L)),
        "default",
        random.nextBoolean()
            ? null
            : Json.mapper()
                .createObjectNode()
                .put("k", TEXTS[random.nextInt(TEXTS.length)])
                .put("n", 1.10),
        random.nextInt(4_000),
        random.nextLong(1L << 40),
        random.nextInt(100),
        random.nextInt(100),
        random.nextInt(100),
        random.nextInt(100),
        random.nextInt(5) == 0 ? null : new BigDecimal(COSTS[random.nextInt(COSTS.length)]),
        maybe(random),
        random.nextBoolean(),
        random.nextBoolean() ? null : Long.valueOf(random.nextInt(50)),
        corrects ? new UsageEvent.Correction("job_1.1.1", random.nextBoolean()) : null);
  }
}
