package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.Json;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.RecordingListener;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each format says and understands: every feature in {@code matrix-written.json} and {@code
 * matrix-read.json} has a cell for every format.
 */
final class FormatMatrixTest {

  private static final JsonNode WRITTEN = Samples.json(Wire.read("matrix-written.json"));
  private static final JsonNode READ = Samples.json(Wire.read("matrix-read.json"));

  enum Format {
    OPENAI("m"),
    RESPONSES("gpt-5"),
    ANTHROPIC("claude-x"),
    GEMINI("gemini-3-pro");

    private final String model;

    Format(String model) {
      this.model = model;
    }

    private String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    private WireFormat wire() {
      Endpoint endpoint = new Endpoint("https://example.com", new ApiKey("k"));
      return switch (this) {
        case OPENAI -> new OpenAiChatFormat("openai", endpoint, Clock.systemUTC());
        case RESPONSES -> new OpenAiResponsesFormat("openai", endpoint, Clock.systemUTC());
        case ANTHROPIC -> new AnthropicFormat(endpoint, Clock.systemUTC());
        case GEMINI -> new GeminiFormat(endpoint, Clock.systemUTC());
      };
    }
  }

  private static List<Arguments> written() {
    return cellsOf(WRITTEN);
  }

  private static List<Arguments> read() {
    return cellsOf(READ);
  }

  private static List<Arguments> cellsOf(JsonNode matrix) {
    List<Arguments> all = new ArrayList<>();
    matrix
        .properties()
        .forEach(feature -> {
          for (Format format : Format.values()) {
            all.add(Arguments.of(feature.getKey(), format));
          }
        });
    return all;
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("written")
  void says(String name, Format format) throws Exception {
    JsonNode feature = WRITTEN.path(name);
    JsonNode cell = feature.path("cells").path(format.key());
    assertThat(cell.isObject()).as("a cell").isTrue();
    ProviderCall call = call(feature, format);
    if (cell.has("refused")) {
      ProviderException refusal =
          catchThrowableOfType(ProviderException.class, () -> format.wire().request(call));
      assertThat(refusal.failure())
          .isEqualTo(new Failure.InvalidRequest(cell.path("refused").asText()));
      return;
    }
    WireFormat.Request request = format.wire().request(call);
    JsonNode body = WireJson.read(request.body(), 0, request.body().length);
    if (cell.has("path")) {
      assertThat(request.uri().toString()).endsWith(cell.path("path").asText());
    } else if (cell.has("absent")) {
      assertThat(body.at(cell.path("absent").asText()).isMissingNode()).isTrue();
    } else {
      assertThat(body.at(cell.path("at").asText())).isEqualTo(cell.get("is"));
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("read")
  void understandsAStream(String name, Format format) throws Exception {
    understandsAStream(name, format, false);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("read")
  void understandsAStreamWithTheTextReadOffItsBytes(String name, Format format) throws Exception {
    understandsAStream(name, format, true);
  }

  private static void understandsAStream(String name, Format format, boolean offBytes)
      throws Exception {
    RecordingListener listener = new RecordingListener();
    ReplyAssembler reply = new ReplyAssembler(listener, "asked", 1_000_000);
    WireFormat.Decoder decoder = format.wire().decoder(reply);
    JsonNode events = READ.path(name).path("cells").path(format.key()).path("events");
    assertThat(events.isEmpty()).as("no cell").isFalse();
    for (JsonNode event : events) {
      assertThat(reply.endable() && !isAfterTheEnd(event)).as("over before %s", event).isFalse();
      byte[] bytes = WireJson.write(event);
      if (event.isTextual()) {
        reply.terminal();
      } else if (!offBytes || !decoder.text(bytes, 0, bytes.length)) {
        decoder.event(event.path("type").textValue(), event);
      }
    }
    assertThat(reply.endable()).isTrue();
    verify(READ.path(name).path("expected"), format, reply.build(), listener);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("read")
  void understandsAPlainAnswer(String name, Format format) throws Exception {
    RecordingListener listener = new RecordingListener();
    ReplyAssembler reply = new ReplyAssembler(listener, "asked", 1_000_000);
    format
        .wire()
        .decoder(reply)
        .plain(READ.path(name).path("cells").path(format.key()).path("plain"));
    assertThat(reply.endable()).isTrue();
    verify(READ.path(name).path("expected"), format, reply.build(), listener);
  }

  /** Of Chat Completions usage and {@code [DONE]} come after the finish reason. */
  private static boolean isAfterTheEnd(JsonNode event) {
    return event.isTextual() || (event.has("choices") && event.path("choices").isEmpty());
  }

  private static void verify(
      JsonNode expected, Format format, ProviderReply reply, RecordingListener listener) {
    assertThat(reply.text()).isEqualTo(expected.path("text").asText());
    assertThat(reply.finishReason().wireName()).isEqualTo(expected.path("finish").asText());
    assertThat(reply.usage()).isEqualTo(usage(expected.path("usage").get(format.key())));
    List<String> calls = new ArrayList<>();
    expected.path("calls").forEach(call -> calls.add(call.path("id").asText() + call.path("args")));
    assertThat(reply.toolCalls()).extracting(call -> call.id() + call.args()).isEqualTo(calls);
    assertThat(reply.toolCalls()).allMatch(call -> call.name().equals("look"));
    String reasoning =
        listener.heard().stream()
            .filter(line -> line.startsWith("reasoning ") && !line.matches(".*(started|completed)"))
            .map(line -> line.substring("reasoning ".length()))
            .collect(Collectors.joining());
    assertThat(reasoning).isEqualTo(expected.path("reasoning").asText());
    assertThat(
            reply.content().stream()
                .filter(Part.Reasoning.class::isInstance)
                .map(part -> (JsonNode) ((Part.Reasoning) part).data()))
        .isEqualTo(
            expected.path("kept").has(format.key())
                ? List.of(expected.path("kept").get(format.key()))
                : List.of());
  }

  private static @Nullable ProviderUsage usage(@Nullable JsonNode numbers) {
    return numbers == null
        ? null
        : new ProviderUsage(
            numbers.get(0).asLong(),
            numbers.get(1).asLong(),
            numbers.get(2).asLong(),
            numbers.get(3).asLong(),
            numbers.get(4).asLong(),
            numbers.get(5).asLong());
  }

  private static ProviderCall call(JsonNode feature, Format format) throws IOException {
    JsonNode messages = feature.path("messages");
    List<Message> conversation = new ArrayList<>();
    for (JsonNode message : messages.isArray() ? messages : messages.path(format.key())) {
      conversation.add(Json.mapper().treeToValue(message, Message.class));
    }
    TurnOptions options =
        feature.has("options")
            ? Json.mapper().treeToValue(feature.get("options"), TurnOptions.class)
            : TurnOptions.NONE;
    return Calls.of(
            format.model,
            feature.path("system").textValue(),
            options,
            conversation.toArray(Message[]::new))
        .withStream(feature.path("stream").asBoolean(true));
  }
}
