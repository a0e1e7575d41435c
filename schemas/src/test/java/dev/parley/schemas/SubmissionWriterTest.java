package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.TurnOptions;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SubmissionWriterTest {

  private static final String[] PIECES = {
    "a",
    "what?",
    "?",
    "\"",
    "\\",
    "/",
    "\n",
    "\u0000",
    "\u001f",
    "\u007f",
    "\u0080",
    "é",
    "ÿ",
    "明",
    "😀",
    "\ud800",
    "\udc00",
    "\u2028",
    "plain ascii text of some length",
    "</script>",
    "'",
    "\t"
  };

  @Test
  void whatIsWrittenByHandIsToTheByteWhatTheGeneralWriterWrites() {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 7));
    int byHand = 0;
    for (int i = 0; i < 20_000; i++) {
      MessageSubmitted message = message(random);
      byte[] quick = SubmissionWriter.write(message);
      if (quick != null) {
        byHand++;
        assertThat(new String(quick, StandardCharsets.UTF_8))
            .isEqualTo(
                new String(EventCodec.SUBMISSIONS.encodeInFull(message), StandardCharsets.UTF_8));
        assertThat(EventCodec.SUBMISSIONS.decode(quick, null))
            .isEqualTo(new Decoded.Value<Submission>(message));
      }
    }
    assertThat(byHand).as("written by hand").isBetween(5_000, 15_000);
  }

  @Test
  void aTimeThatCannotBeReadIsStillRefused() {
    MessageSubmitted message =
        new MessageSubmitted(
            new JobId("job_1"),
            new TenantId("acme"),
            new SessionId("s"),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("+10000-01-01T00:00:00Z"),
            null,
            Content.of("x"),
            null,
            TurnOptions.NONE,
            false);
    assertThatThrownBy(() -> EventCodec.SUBMISSIONS.encode(message))
        .isInstanceOf(UncheckedIOException.class);
  }

  private static MessageSubmitted message(SplittableRandom random) {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("k", text(random));
    return new MessageSubmitted(
        new JobId("job_" + random.nextInt(1_000)),
        new TenantId("acme"),
        new SessionId("s." + random.nextInt(1_000)),
        time(random),
        random.nextInt(4) == 0 ? time(random) : null,
        random.nextBoolean() ? text(random) : null,
        random.nextInt(10) == 0
            ? Content.of(List.of(new Part.Text(text(random))))
            : Content.of(text(random)),
        random.nextInt(5) == 0 ? metadata : null,
        options(random),
        random.nextBoolean(),
        random.nextBoolean() ? random.nextLong() : null);
  }

  private static TurnOptions options(SplittableRandom random) {
    if (random.nextBoolean()) {
      return TurnOptions.NONE;
    }
    return new TurnOptions(
        maybe(random, text(random)),
        maybe(random, text(random)),
        maybe(random, random.nextInt(1, 100_000)),
        random.nextInt(4) == 0 ? new BigDecimal("0.70") : null,
        null,
        null,
        null,
        random.nextInt(4) == 0 ? new BigDecimal("1E+2") : null,
        maybe(random, random.nextInt(-1_000, 1_000)));
  }

  private static <T> @Nullable T maybe(SplittableRandom random, T value) {
    return random.nextBoolean() ? value : null;
  }

  private static Instant time(SplittableRandom random) {
    return Instant.ofEpochMilli(random.nextLong(-62_167_219_200_000L, 253_402_300_800_000L));
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(6);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }
}
