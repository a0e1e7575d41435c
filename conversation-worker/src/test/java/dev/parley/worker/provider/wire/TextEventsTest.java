package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TextEventsTest {

  private int parsed;
  private final TextEvents events = stream();

  @Test
  void eventsThatDifferInTheirTextAloneAreParsedOnce() throws IOException {
    assertThat(in(event("Hello", "m"))).isEqualTo("Hello");
    int first = parsed;
    assertThat(in(event(" there", "m"))).isEqualTo(" there");
    assertThat(in(event("", "m"))).isEmpty();
    assertThat(in(event("größer 明日 🌦", "m"))).isEqualTo("größer 明日 🌦");
    assertThat(parsed).isEqualTo(first);
  }

  @Test
  void aTextThatStandsBetweenStringsIsNotMistakenForOne() throws IOException {
    for (String first : List.of(",", ":", "}", "{", "[")) {
      TextEvents fresh = new TextEvents(OpenAiChatText::in);
      for (String text : List.of(first, "Hello", first, " there")) {
        byte[] bytes = event(text, "m").getBytes(StandardCharsets.UTF_8);
        assertThat(fresh.in(bytes, 0, bytes.length)).isEqualTo(text);
      }
    }
  }

  @Test
  void escapesAreReadByTheParser() throws IOException {
    in(event("Hello", "m"));
    assertThat(in(event("a\\nb", "m"))).isEqualTo("a\nb");
    assertThat(in(event("a\\\"b", "m"))).isEqualTo("a\"b");
    assertThat(in(event("\\u00e9", "m"))).isEqualTo("é");
  }

  @Test
  void moreThanTextIsNeverTakenForText() throws IOException {
    in(event("Hello", "m"));
    String hidden = event("x\\\",\\\"refusal\\\":\\\"y", "m");
    assertThat(in(hidden)).isEqualTo("x\",\"refusal\":\"y");
    String more = event("x\",\"refusal\":\"y", "m");
    assertThat(in(more)).isNull();
    assertThat(in(event("x\",\"role\":\"y", "m"))).isEqualTo("x");
  }

  @Test
  void theTextIsFoundWhereItStandsAlsoWhenItStandsElsewhereToo() throws IOException {
    assertThat(in(event("m", "m"))).isEqualTo("m");
    assertThat(in(event("other", "m"))).isEqualTo("other");
    assertThat(in(event("Hello", "Hello"))).isEqualTo("Hello");
    assertThat(in(event("other", "Hello"))).isEqualTo("other");
  }

  @Test
  void brokenTextIsAnErrorAsBefore() throws IOException {
    in(event("Hello", "m"));
    byte[] bytes = event("Hxllo", "m").getBytes(StandardCharsets.UTF_8);
    bytes[new String(bytes, StandardCharsets.UTF_8).indexOf("Hxllo") + 1] = (byte) 0xC3;
    assertThatThrownBy(() -> events.in(bytes, 0, bytes.length)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> in(event("a\u0001b", "m"))).isInstanceOf(IOException.class);
  }

  @Test
  void whateverComesIsReadAsTheParserReadsIt() throws IOException {
    long seed = Long.getLong("test.seed", System.nanoTime());
    Random random = new Random(seed);
    String[] pieces = {"a", " ", "\"", "\\", "é", "🌦", "\n", "m", "content", "}", "]", "{", ":"};
    TextEvents stream = stream();
    for (int i = 0; i < 5_000; i++) {
      if (i % 50 == 0) {
        stream = stream(); // what one learns from its first events, another may not
      }
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(6); n > 0; n--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      ObjectNode event = WireJson.object();
      event.put("model", random.nextInt(10) == 0 ? text.toString() : "m");
      ObjectNode delta = event.putArray("choices").addObject().putObject("delta");
      delta.put("content", text.toString());
      if (random.nextInt(20) == 0) {
        delta.put("refusal", "no");
      }
      byte[] bytes = WireJson.write(event);
      assertThat(stream.in(bytes, 0, bytes.length))
          .as("seed %d, %s", seed, event)
          .isEqualTo(OpenAiChatText.in(bytes, 0, bytes.length));
    }
    assertThat(parsed).isLessThan(5_000);
  }

  @Test
  void whereEveryEventDiffersInMoreThatIsNotLearntForEver() throws IOException {
    for (int i = 0; i < 100; i++) {
      assertThat(in(event("t" + i, "m" + i))).isEqualTo("t" + i);
    }
    assertThat(parsed).isLessThan(100 + 5);
  }

  private TextEvents stream() {
    return new TextEvents((bytes, offset, length) -> {
      parsed++;
      return OpenAiChatText.in(bytes, offset, length);
    });
  }

  private static String event(String content, String model) {
    return "{\"id\":\"c\",\"model\":\"%s\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}"
        .formatted(model, content);
  }

  private @Nullable String in(String json) throws IOException {
    byte[] bytes = ("xx" + json + "yy").getBytes(StandardCharsets.UTF_8);
    return events.in(bytes, 2, bytes.length - 4);
  }
}
