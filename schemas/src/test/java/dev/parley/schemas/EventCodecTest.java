package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.TurnOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {

  private static final EventCodec<Submission> CODEC = EventCodec.SUBMISSIONS;
  private static final byte[] GOLDEN = golden("submission.message.full").bytes();

  static List<Golden<?>> goldens() {
    return Golden.all();
  }

  @Test
  void aNewerVersionIsToldAsSuch() {
    assertThat(CODEC.decode(GOLDEN, ascii("3"))).isEqualTo(new Decoded.Newer<>(3));
    assertThat(CODEC.decode(ascii("no JSON at all"), ascii("17")))
        .isEqualTo(new Decoded.Newer<>(17));
    assertThat(CODEC.decode(null, ascii("3"))).isEqualTo(new Decoded.Newer<>(3));
  }

  @Test
  void aRecordWithoutVersionIsOfTheFirst() {
    assertThat(CODEC.decode(GOLDEN, null)).isInstanceOf(Decoded.Value.class);
  }

  @Test
  void theHeaderThatIsWrittenIsUnderstood() {
    assertThat(CODEC.decode(GOLDEN, CODEC.versionHeader())).isInstanceOf(Decoded.Value.class);
    assertThat(CODEC.versionHeader()).isEqualTo(ascii("2"));
  }

  @Test
  void anEventHasTheOldestVersionWhoseReadersUnderstandIt() {
    assertThat(CODEC.versionHeader(Golden.bareMessage())).isEqualTo(ascii("1"));
    assertThat(CODEC.versionHeader(Golden.fullCompaction())).isEqualTo(ascii("2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "-1", "+1", "01", "1.0", "one", " 1", "1\n", "\u0661", "9999999999"})
  void aHeaderThatIsNoVersionMakesTheRecordUndecodable(String header) {
    assertThat(CODEC.decode(GOLDEN, header.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(new Decoded.Undecodable<>("header schema-version is not a version"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "{}",
        "17",
        "\"text\"",
        "true",
        "{",
        "nonsense",
        "{}{}",
        "\0"
      })
  void whatIsNoEventIsUndecodable(String value) {
    for (EventCodec<?> codec :
        List.of(
            EventCodec.SUBMISSIONS,
            EventCodec.OUTCOMES,
            EventCodec.USAGE_EVENTS,
            EventCodec.USAGE_TOTALS,
            EventCodec.USAGE_COUNTS)) {
      assertThat(codec.decode(ascii(value), null)).isInstanceOf(Decoded.Undecodable.class);
    }
    assertThat(CODEC.decode(null, null))
        .isEqualTo(new Decoded.Undecodable<>("the record has no value"));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aRecordThatIsCutOffIsUndecodable(Golden<?> golden) {
    byte[] whole = golden.bytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThat(golden.decoded(cut)).isInstanceOf(Decoded.Undecodable.class);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void bytesAfterTheEventAreRefused(Golden<?> golden) {
    assertThat(golden.decoded(ascii(golden.text() + "x"))).isInstanceOf(Decoded.Undecodable.class);
    assertThat(golden.decoded(ascii(golden.text() + "{}"))).isInstanceOf(Decoded.Undecodable.class);
  }

  /** Removes, and sets to null, each required property of each event's outermost object. */
  @ParameterizedTest
  @MethodSource("goldens")
  void whatIsRequiredMayNeitherBeMissingNorNull(Golden<?> golden) throws IOException {
    for (var component : golden.event().getClass().getRecordComponents()) {
      if (RequiredComponents.isRequired(component)) {
        ObjectNode without = Golden.object(golden.text());
        without.remove(component.getName());
        ObjectNode withNull = Golden.object(golden.text());
        withNull.putNull(component.getName());

        for (ObjectNode broken : List.of(without, withNull)) {
          assertThat(golden.decoded(Json.mapper().writeValueAsBytes(broken)))
              .as("%s in %s", component.getName(), broken)
              .isInstanceOf(Decoded.Undecodable.class);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/content/0/text         | null | a required text within a list",
        "/content/0              | null | a null part",
        "/content/0              | 3    | a part that is no object",
        "/content/0              | {\"text\":\"x\"} | a part without a type",
        "/content/0              | {\"type\":\"hologram\"} | a part of an unknown type",
        "/content/6/args         | null | a required object within a list",
        "/content/6/args         | []   | an array for an object",
        "/options/tools/0        | null | a null tool",
        "/options/tools/0/name   | null | a tool without a name",
        "/options/tools/0/name   | 7    | a number for a text",
        "/options/tools/0/name   | true | a boolean for a text",
        "/options/tools          | {}   | an object for a list",
        "/options/maxTokens      | 1.0  | a decimal for an integer",
        "/options/maxTokens      | \"5\" | a text for an integer",
        "/options/maxTokens      | 3000000000 | an integer that is too large",
        "/options/maxTokens      | 1e999999999 | an integer with an exponent",
        "/options/budgetUsd      | \"1.10\" | a text for a decimal",
        "/options                | \"\" | an empty text for a record",
        "/createSession          | 1    | a number for a boolean",
        "/createSession          | \"true\" | a text for a boolean",
        "/content                | 7    | a number for content",
        "/content                | {}   | an object for content",
        "/tenantId               | \"a/b\" | an id that breaks the pattern",
        "/tenantId               | \"\" | an empty id",
        "/jobId                  | 17   | a number for an id",
        "/acceptedAt             | \"yesterday\" | a time that is none",
        "/acceptedAt             | 1770000000 | a number for a time",
        "/acceptedAt             | \"2026-02-30T00:00:00Z\" | a day that does not exist",
        "/acceptedAt             | \"+12026-01-01T00:00:00Z\" | a year that is too late",
        "/type                   | \"rename\" | an unknown type",
        "/type                   | null | no type",
      })
  void aWrongValueIsUndecodable(String pointer, String json, String what) throws IOException {
    String text = with(pointer.strip(), json.strip());

    assertThat(CODEC.decode(text.getBytes(StandardCharsets.UTF_8), null))
        .as(what)
        .isInstanceOf(Decoded.Undecodable.class);
  }

  @Test
  void anEnumIsItsWireNameAndNoNumber() {
    String text = golden("usage-event.full").text();
    for (String bad : List.of("0", "\"LENGTH\"", "\"\"", "\"unheard-of\"", "null")) {
      assertThat(EventCodec.USAGE_EVENTS.decode(ascii(text.replace("\"length\"", bad)), null))
          .isInstanceOf(Decoded.Undecodable.class);
    }
  }

  @Test
  void aToolCallAmongTheCallsMayBeNothingElse() {
    String text = golden("job-outcome.completed.full").text();
    int calls = text.indexOf("toolCalls");
    String other =
        text.substring(0, calls) + text.substring(calls).replace("\"tool_call\"", "\"text\"");

    assertThat(EventCodec.OUTCOMES.decode(ascii(other), null))
        .isInstanceOf(Decoded.Undecodable.class);
  }

  @Test
  void theReasonTellsWhereButNothingOfTheContent() throws IOException {
    String broken = with("/content/0", "{\"type\":\"SECRET\",\"SECRET\":\"SECRET\"}");
    assertThat(reason(broken)).contains("/content").doesNotContain("SECRET");
    assertThat(reason(with("/tenantId", "\"SECRET SECRET\"")))
        .contains("/tenantId")
        .doesNotContain("SECRET");
    assertThat(reason(with("/metadata", "\"SECRET\"")))
        .contains("/metadata")
        .doesNotContain("SECRET");
    assertThat(reason(with("/acceptedAt", "\"SECRET\"")))
        .contains("/acceptedAt")
        .doesNotContain("SECRET");
    assertThat(reason("{\"SECRET\":SECRET}")).doesNotContain("SECRET");
    assertThat(reason(with("/content/0/text", "null"))).contains("missing").contains("text");
  }

  @Test
  void aFieldThatStandsTwiceIsRefused() {
    String twice =
        golden("submission.message.full").text().replaceFirst("\\{", "{\"jobId\":\"x\",");

    assertThat(CODEC.decode(ascii(twice), null)).isInstanceOf(Decoded.Undecodable.class);
  }

  @Test
  void theTypeMayStandAnywhere() {
    String text = golden("submission.message.full").text();
    String last =
        text.replaceFirst("\"type\":\"message\",", "").replaceFirst("}$", ",\"type\":\"message\"}");

    assertThat(CODEC.decode(last.getBytes(StandardCharsets.UTF_8), null))
        .isEqualTo(CODEC.decode(GOLDEN, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lone high \ud83d half",
        "lone low \udc4b half",
        "\ud83d",
        "\udc4b\ud83d swapped",
        "NUL \0 within",
        "\u0001\u001f\u007f\u0080\u2028\ufeff\uffff",
        "\ud83d\udc4b\ud83c\udffd \ud83d\udc68\u200d\ud83d\udc69",
        "e\u0301 stays apart"
      })
  void textsComeBackAsTheyWere(String text) {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode().put(text, text);
    Submission sent = message(Content.of(List.of(new Part.Text(text))), metadata);

    assertThat(CODEC.decode(CODEC.encode(sent), null)).isEqualTo(new Decoded.Value<>(sent));
  }

  @Test
  void decimalsKeepTheirScale() {
    for (String decimal : List.of("1.10", "0.00", "0", "100", "0.000000000000000000010", "-0.50")) {
      TurnOptions options =
          new TurnOptions(null, null, null, null, null, null, null, new BigDecimal(decimal), null);
      Submission.MessageSubmitted sent = message(Content.of("x"), options);

      Decoded<Submission> got = CODEC.decode(CODEC.encode(sent), null);

      assertThat(got).isEqualTo(new Decoded.Value<>(sent));
      assertThat(new String(CODEC.encode(sent), StandardCharsets.UTF_8))
          .contains(":" + decimal + "}");
    }
  }

  @Test
  void timesAreKeptToTheMillisecond() {
    Instant fine = Instant.parse("2026-03-04T05:06:07.008999999Z");
    Submission sent = at(fine);

    assertThat(CODEC.decode(CODEC.encode(sent), null))
        .isEqualTo(new Decoded.Value<>(at(Instant.parse("2026-03-04T05:06:07.008Z"))));
    assertThat(CODEC.encode(at(Instant.parse("2026-03-04T05:06:00Z"))))
        .asString(StandardCharsets.UTF_8)
        .contains("\"2026-03-04T05:06:00.000Z\"");
  }

  @Test
  void timesOfAnyOffsetAreReadAndCutToTheMillisecond() throws IOException {
    String text = with("/acceptedAt", "\"2026-03-04T06:06:07.0089+01:00\"");

    assertThat(CODEC.decode(text.getBytes(StandardCharsets.UTF_8), null))
        .isInstanceOfSatisfying(
            Decoded.Value.class,
            value ->
                assertThat(((Submission) value.value()).acceptedAt())
                    .isEqualTo(Instant.parse("2026-03-04T05:06:07.008Z")));
  }

  @Test
  void whatCouldNotBeReadIsNotWritten() {
    assertThatThrownBy(() -> CODEC.encode(at(Instant.MAX)))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> CODEC.encode(message(Content.of("x"), nested(200))))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void whatWasAcceptedAtTheDeepestTravelsInsideOfAnEvent() {
    Submission sent = message(Content.of("x"), nested(Json.MAX_DEPTH));

    assertThat(CODEC.decode(CODEC.encode(sent), null)).isEqualTo(new Decoded.Value<>(sent));
  }

  @Test
  void noStringOfAnEventTellsWhatAMessageSays() {
    ObjectNode secret = JsonNodeFactory.instance.objectNode().put("SECRET", "SECRET");
    for (Golden<?> golden : Golden.all()) {
      JsonNode tree = Golden.object(golden.text());
      String told = new Decoded.Value<>(golden.event()).toString();
      for (String secretText :
          List.of(
              "What is this?",
              "Wetter",
              "Ulm",
              "Let me look.",
              "aGVsbG8=",
              "example.org",
              "Hello",
              "north",
              "Tells",
              "Terms",
              "clear")) {
        assertThat(told).as("%s", tree).doesNotContain(secretText);
      }
    }
    assertThat(message(Content.of("SECRET"), secret).toString())
        .doesNotContain("SECRET")
        .contains("6 chars");
    assertThat(
            dev.parley.schemas.chat.Message.of(
                    dev.parley.schemas.chat.Role.USER, Content.of("SECRET"), Instant.EPOCH, null)
                .toString())
        .doesNotContain("SECRET");
  }

  private static String with(String pointer, String json) throws IOException {
    ObjectNode root = Golden.object(golden("submission.message.full").text());
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = root.at(pointer.substring(0, slash));
    String last = pointer.substring(slash + 1);
    JsonNode marker = JsonNodeFactory.instance.textNode("@@");
    if (parent instanceof ObjectNode object) {
      object.set(last, marker);
    } else {
      ((com.fasterxml.jackson.databind.node.ArrayNode) parent).set(Integer.parseInt(last), marker);
    }
    return Json.mapper().writeValueAsString(root).replace("\"@@\"", json);
  }

  private static String reason(String json) {
    Decoded<Submission> decoded = CODEC.decode(json.getBytes(StandardCharsets.UTF_8), null);
    assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
    return ((Decoded.Undecodable<Submission>) decoded).reason();
  }

  private static ObjectNode nested(int depth) {
    ObjectNode outer = JsonNodeFactory.instance.objectNode();
    ObjectNode inner = outer;
    for (int i = 1; i < depth; i++) {
      inner = inner.putObject("n");
    }
    return outer;
  }

  private static Submission at(Instant acceptedAt) {
    Submission.MessageSubmitted bare = (Submission.MessageSubmitted) Golden.bareMessage();
    return new Submission.MessageSubmitted(
        bare.jobId(),
        bare.tenantId(),
        bare.sessionId(),
        acceptedAt,
        null,
        null,
        bare.content(),
        null,
        bare.options(),
        false);
  }

  private static Submission.MessageSubmitted message(Content content, ObjectNode metadata) {
    Submission bare = Golden.bareMessage();
    return new Submission.MessageSubmitted(
        bare.jobId(),
        bare.tenantId(),
        bare.sessionId(),
        bare.acceptedAt(),
        null,
        null,
        content,
        metadata,
        TurnOptions.NONE,
        false);
  }

  private static Submission.MessageSubmitted message(Content content, TurnOptions options) {
    Submission bare = Golden.bareMessage();
    return new Submission.MessageSubmitted(
        bare.jobId(),
        bare.tenantId(),
        bare.sessionId(),
        bare.acceptedAt(),
        null,
        null,
        content,
        null,
        options,
        false);
  }

  private static Golden<?> golden(String name) {
    return Golden.all().stream()
        .filter(golden -> Objects.equals(golden.name(), name))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
