package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.FakeServer;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.transport.TransportConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers answer that are broken, or are none of a model at all: each ends as a failure. */
@Timeout(60)
final class WrongAnswersTest {

  private static final String END =
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

  private final FakeServer server = new FakeServer();
  private final Providers providers =
      new Providers(
          ProviderConfig.fromEnv(
              Map.of(
                  "OPENAI_BASE_URL",
                  server.url() + "/v1",
                  "OPENAI_API_KEY",
                  "k",
                  "ANTHROPIC_BASE_URL",
                  server.url(),
                  "ANTHROPIC_API_KEY",
                  "k",
                  "GEMINI_BASE_URL",
                  server.url(),
                  "GEMINI_API_KEY",
                  "k")),
          TransportConfig.DEFAULT,
          Clock.systemUTC());

  @AfterEach
  void close() {
    providers.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "anthropic", "gemini"})
  void aPageOfHtmlIsABrokenAnswer(String provider) {
    server.always(reply -> reply.status(200, "text/html", "<html><p>data: sign in</p></html>"));
    for (boolean stream : new boolean[] {true, false}) {
      ProviderException e = failure(provider, Calls.hello("m").withStream(stream));
      assertThat(e.failure()).isEqualTo(new Failure.BrokenStream());
      assertThat(e.visibleOutput()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "anthropic", "gemini"})
  void halfOfACompressedBodyThatNobodyAskedForIsABrokenAnswer(String provider) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(("data: " + END + "\n\n").repeat(50).getBytes(StandardCharsets.UTF_8));
    }
    byte[] half = Arrays.copyOf(packed.toByteArray(), packed.size() / 2);
    server.always(reply -> {
      reply.raw(
          head("content-type: text/event-stream", "content-encoding: gzip", "connection: close"));
      reply.raw(half).hangUp();
    });
    assertThat(failure(provider, Calls.hello("m")).failure()).isEqualTo(new Failure.BrokenStream());
  }

  @Test
  void aLineOfFiftyMegabytesIsRefusedAndNotHeld() {
    byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    server.always(reply -> {
      reply.raw(head("content-type: text/event-stream", "connection: close"));
      reply.raw("data: ".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 50; i++) {
        reply.raw(block);
      }
      reply.hangUp();
    });
    assertThat(failure("openai", Calls.hello("m")).failure()).isEqualTo(new Failure.InvalidReply());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r", "\n", "\r\n"})
  void linesMayEndInEachOfTheThreeWays(String end) throws Exception {
    server.always(reply ->
        reply.stream()
            .chunk("data: " + delta("Hel") + end + end + ": ping" + end + "data: ")
            .chunk(delta("lo") + end + end + "data: " + END + end + end + "data: [DONE]" + end)
            .chunk(end)
            .end());
    assertThat(call("openai").text()).isEqualTo("Hello");
  }

  @Test
  void whatFollowsTheEndIsNoPartOfTheAnswer() throws Exception {
    server.always(reply ->
        reply.stream()
            .data(delta("Hello"))
            .data(END)
            .data(END)
            .chunk("data: [DONE]\n\ndata: [DONE]\n\ndata: " + delta(" again") + "\n\n")
            .end());
    assertThat(call("openai").text()).isEqualTo("Hello");
    assertThat(call("openai").finishReason()).isEqualTo(FinishReason.STOP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"city\":",
        "[1]",
        "true",
        "\"text\"",
        "{} {}",
        "{\"n\":1e99999999999}",
        "{\"n\":1e99999}"
      })
  void argumentsThatAreNoObjectOfJsonAreAnInvalidReply(String arguments) {
    server.always(reply -> reply.stream().data(toolCall(arguments)).data(END).data("[DONE]").end());
    ProviderException e = failure("openai", Calls.hello("m"));
    assertThat(e.failure()).isEqualTo(new Failure.InvalidReply());
    assertThat(e.retryable()).isFalse();
  }

  @Test
  void argumentsThatCouldNotBeReadAgainFromTheSessionAreAnInvalidReply() throws Exception {
    server.always(
        reply -> reply.stream().data(toolCall(nested(70))).data(END).data("[DONE]").end());
    assertThat(failure("openai", Calls.hello("m")).failure()).isEqualTo(new Failure.InvalidReply());

    server.always(
        reply -> reply.stream().data(toolCall(nested(50))).data(END).data("[DONE]").end());
    assertThat(call("openai").toolCalls()).extracting(Part.ToolCall::name).containsExactly("f");
  }

  @Test
  void numbersThatCannotBeReadAreABrokenAnswer() {
    server.always(reply -> reply.stream().data("{\"created\":1e99999999999,\"choices\":[]}").end());
    assertThat(failure("openai", Calls.hello("m")).failure()).isEqualTo(new Failure.BrokenStream());
    server.always(reply -> reply.json("{\"created\":1e99999999999,\"choices\":[]}"));
    assertThat(failure("openai", Calls.hello("m").withStream(false)).failure())
        .isEqualTo(new Failure.BrokenStream());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-5",
        "1e30",
        "9223372036854775807",
        "99999999999999999999999",
        "1e99999",
        "2000000000"
      })
  void countsThatCannotBeAreAsGoodAsNone(String count) throws Exception {
    for (String counts :
        List.of(
            "{\"prompt_tokens\":%s,\"completion_tokens\":1}",
            "{\"prompt_tokens\":3,\"completion_tokens\":%s}")) {
      server.then(reply ->
          reply.json(
              "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                  + "\"usage\":"
                  + counts.formatted(count)
                  + "}"));
      ProviderReply reply =
          provider("openai").call(Calls.hello("m").withStream(false), ReplyListener.NONE);
      assertThat(reply.text()).isEqualTo("Hi");
      assertThat(reply.usage()).isNull();
    }
    server.then(reply ->
        reply.json(
            "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],"
                + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":3,"
                + "\"cache_read_input_tokens\":%s,\"output_tokens\":1}}".formatted(count)));
    assertThat(usageOf("anthropic")).isNull();
    server.then(reply ->
        reply.json(
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}],"
                + "\"usageMetadata\":{\"promptTokenCount\":3,\"thoughtsTokenCount\":%s}}"
                    .formatted(count)));
    assertThat(usageOf("gemini")).isNull();
  }

  @Test
  void countsThatAreTextOrMissingPartsAreTakenAsFarAsTheyCanBe() throws Exception {
    server.then(reply ->
        reply.json(
            "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":"
                + "{\"prompt_tokens\":3,\"completion_tokens\":2.0,\"prompt_tokens_details\":null}}"));
    assertThat(usageOf("openai")).isEqualTo(ProviderUsage.of(3, 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Wed, 21 Oct 2015 07:28:00 GMT | PT0S",
        "0 | PT0S",
        "1000000000 | PT277777H46M40S",
        "-5 |",
        "NaN |",
        "soon |",
        "Wed, 99 Foo 2015 07:28:00 GMT |"
      })
  void aWaitInThePastOrOutOfReasonIsReadAsOneOrNone(String value, Duration wait) {
    server.always(reply -> reply.status(429, "application/json", "{}", "retry-after: " + value));
    assertThat(failure("openai", Calls.hello("m")).failure())
        .isEqualTo(new Failure.RateLimited(wait));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void aRedirectIsNotFollowedAndNoFaultOfTheRequest(int status) {
    FakeServer other = new FakeServer();
    try (other) {
      server.always(
          reply -> reply.status(status, "text/html", "moved", "location: " + other.url() + "/v1"));
      assertThat(failure("openai", Calls.hello("m")).failure())
          .isEqualTo(new Failure.InvalidReply());
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void aBodyThatIsShorterThanItsLengthIsABrokenAnswer() {
    server.always(reply -> {
      reply.raw(head("content-type: application/json", "content-length: 900"));
      reply.raw("{\"choices\":".getBytes(StandardCharsets.UTF_8)).hangUp();
    });
    assertThat(failure("openai", Calls.hello("m").withStream(false)).failure())
        .isEqualTo(new Failure.BrokenStream());
  }

  @Test
  void aBodyThatIsLongerThanItsLengthSpoilsNoOtherAnswer() throws Exception {
    String body = "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";
    server.always(reply -> {
      reply.raw(head("content-type: application/json", "content-length: " + body.length()));
      reply.raw((body + "HTTP/1.1 200 OK\r\n\r\n garbage").getBytes(StandardCharsets.UTF_8));
    });
    int answered = 0;
    for (int i = 0; i < 10; i++) {
      try {
        ProviderReply reply =
            provider("openai").call(Calls.hello("m").withStream(false), ReplyListener.NONE);
        assertThat(reply.text()).isEqualTo("Hi");
        answered++;
      } catch (ProviderException e) {
        assertThat(e.retryable()).isTrue();
      }
    }
    assertThat(answered).isPositive();
  }

  @Test
  void bytesThatDripWithoutAnyTokenDoNotKeepACallAlive() {
    server.always(reply -> {
      reply.stream().data(delta("Hi")).chunk("data: {");
      for (int i = 0; i < 200; i++) {
        Thread.sleep(20);
        reply.chunk(" ");
      }
    });
    Deadlines deadlines =
        new Deadlines(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMillis(200),
            Duration.ofSeconds(20));
    long begin = System.nanoTime();
    ProviderException e = failure("openai", Calls.hello("m").withDeadlines(deadlines));
    assertThat(e.failure()).isEqualTo(new Failure.Timeout(Deadlines.Phase.IDLE));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void toolCallsWithoutEndAreCutOff() {
    String id = "i".repeat(100_000);
    server.always(reply -> {
      reply.stream();
      for (int i = 0; i < 2_000; i++) {
        reply.data(
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,\"id\":\"%s\",\"function\":{\"name\":\"f\"}}]}}]}"
                .formatted(i, id + i));
      }
      reply.data(END).data("[DONE]").end();
    });
    assertThat(failure("openai", Calls.hello("m")).failure()).isEqualTo(new Failure.InvalidReply());
  }

  private ProviderUsage usageOf(String provider) throws Exception {
    return provider(provider).call(Calls.hello("m").withStream(false), ReplyListener.NONE).usage();
  }

  private ChatProvider provider(String name) {
    return providers.byName().get(name);
  }

  private ProviderReply call(String provider) throws Exception {
    return provider(provider).call(Calls.hello("m"), ReplyListener.NONE);
  }

  private ProviderException failure(String provider, ProviderCall call) {
    return catchThrowableOfType(
        ProviderException.class, () -> provider(provider).call(call, ReplyListener.NONE));
  }

  private static byte[] head(String... headers) {
    return ("HTTP/1.1 200 OK\r\n" + String.join("\r\n", headers) + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String delta(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
  }

  private static String toolCall(String arguments) {
    return "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\","
        + "\"function\":{\"name\":\"f\",\"arguments\":"
        + WireJson.object().textNode(arguments)
        + "}}]}}]}";
  }

  private static String nested(int depth) {
    return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }
}
