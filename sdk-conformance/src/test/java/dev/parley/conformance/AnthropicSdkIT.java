package dev.parley.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.ThinkingBlock;
import com.anthropic.models.messages.ThinkingConfigAdaptive;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Anthropic's SDK and the simulator understand each other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnthropicSdkIT {

  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort());
  private AnthropicClient client;

  @BeforeAll
  void start() throws IOException {
    simulator.start();
    client =
        AnthropicOkHttpClient.builder()
            .baseUrl(simulator.baseUrl().toString())
            .apiKey("none")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  void stop() {
    client.close();
    simulator.close();
  }

  @Test
  void messagesAreTheSameWholeAndStreamed() {
    MessageCreateParams params = params("Hello [[sim cached=2 cache-write=3]]").build();
    Message whole = client.messages().create(params).validate();
    Message streamed = stream(params).validate();

    assertThat(text(whole)).startsWith("I read 2 messages").isEqualTo(text(streamed));
    assertThat(streamed.stopReason()).isEqualTo(whole.stopReason());
    assertThat(streamed.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
    assertThat(streamed.usage().inputTokens()).isEqualTo(whole.usage().inputTokens());
    assertThat(whole.usage().cacheReadInputTokens()).contains(2L);
    assertThat(whole.usage().cacheCreationInputTokens()).contains(3L);
  }

  @Test
  void toolsGoThereAndBack() {
    MessageCreateParams asked =
        params("Look [[sim tool=look]]")
            .addTool(
                Tool.builder().name("look").inputSchema(Tool.InputSchema.builder().build()).build())
            .build();
    for (Message answer : List.of(client.messages().create(asked), stream(asked))) {
      ToolUseBlock call = answer.validate().content().getFirst().asToolUse();
      assertThat(call.name()).isEqualTo("look");
      Message next =
          client
              .messages()
              .create(
                  asked.toBuilder()
                      .addMessage(answer)
                      .addUserMessageOfContentBlockParams(
                          List.of(
                              ContentBlockParam.ofToolResult(
                                  ToolResultBlockParam.builder()
                                      .toolUseId(call.id())
                                      .content("seen")
                                      .build())))
                      .build());
      assertThat(text(next)).startsWith("I read 4 messages");
    }
  }

  @Test
  void thinkingComesInABlockOfItsOwn() {
    MessageCreateParams.Builder asked =
        params("Hello [[sim reasoning=3]]")
            .maxTokens(3000)
            .thinking(
                ThinkingConfigAdaptive.builder()
                    .display(ThinkingConfigAdaptive.Display.SUMMARIZED)
                    .build());
    for (MessageCreateParams params : List.of(asked.build(), asked.enabledThinking(1024).build())) {
      for (Message answer : List.of(client.messages().create(params), stream(params))) {
        ThinkingBlock thinking = answer.validate().content().getFirst().asThinking();
        assertThat(thinking.thinking()).isEqualTo("Let me think");
        assertThat(thinking.signature()).isNotEmpty();
        assertThat(answer.content().get(1).asText().text()).startsWith("I read 2 messages");
      }
    }
  }

  @Test
  void failuresAreWhatTheSdkTakesThemFor() {
    RateLimitException limited =
        catchThrowableOfType(
            RateLimitException.class,
            () ->
                client.messages().create(params("Hello [[sim fail=429 retry-after=7s]]").build()));
    assertThat(limited.headers().values("retry-after")).containsExactly("7");
    assertThat(limited.headers().values("anthropic-ratelimit-requests-remaining"))
        .containsExactly("0");
    AnthropicServiceException overloaded =
        catchThrowableOfType(
            AnthropicServiceException.class,
            () -> client.messages().create(params("Hello [[sim fail=529]]").build()));
    assertThat(overloaded.statusCode()).isEqualTo(529);
    assertThat(
            catchThrowableOfType(
                AnthropicServiceException.class,
                () -> stream(params("Hello [[sim error-in-stream=2]]").build())))
        .isNotNull();
  }

  private static MessageCreateParams.Builder params(String said) {
    return MessageCreateParams.builder()
        .model("sim-small")
        .maxTokens(1000)
        .system("Be brief.")
        .addUserMessage(said);
  }

  private Message stream(MessageCreateParams params) {
    MessageAccumulator all = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(params)) {
      events.stream().map(RawMessageStreamEvent::validate).forEach(all::accumulate);
    }
    return all.message();
  }

  private static String text(Message message) {
    return message.content().getFirst().asText().text();
  }
}
