package dev.parley.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseReasoningItem;
import com.openai.models.responses.ResponseStreamEvent;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** OpenAI's SDK and the simulator understand each other, in both of OpenAI's formats. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiSdkIT {

  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort());
  private OpenAIClient client;

  @BeforeAll
  void start() throws IOException {
    simulator.start();
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(simulator.baseUrl().resolve("/v1").toString())
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
  void chatCompletionsAreTheSameWholeAndStreamed() {
    ChatCompletionCreateParams params = chat("Hello [[sim cached=2 reasoning=3]]").build();
    ChatCompletion whole = client.chat().completions().create(params).validate();
    ChatCompletion streamed = stream(params).validate();

    assertThat(text(whole)).startsWith("I read 2 messages").isEqualTo(text(streamed));
    assertThat(whole.choices().getFirst().finishReason().toString()).isEqualTo("stop");
    assertThat(streamed.usage().orElseThrow()).isEqualTo(whole.usage().orElseThrow());
    assertThat(whole.usage().orElseThrow().promptTokensDetails().orElseThrow().cachedTokens())
        .contains(2L);
    assertThat(
            whole.usage().orElseThrow().completionTokensDetails().orElseThrow().reasoningTokens())
        .contains(3L);
  }

  @Test
  void chatToolsGoThereAndBack() {
    ChatCompletionCreateParams.Builder asked =
        chat("Look [[sim tool=look]]")
            .addFunctionTool(
                FunctionDefinition.builder()
                    .name("look")
                    .parameters(
                        FunctionParameters.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .build())
                    .build());
    for (ChatCompletion answer :
        List.of(client.chat().completions().create(asked.build()), stream(asked.build()))) {
      answer.validate();
      var message = answer.choices().getFirst().message();
      var call = message.toolCalls().orElseThrow().getFirst().asFunction();
      assertThat(call.function().name()).isEqualTo("look");
      assertThat(call.function().arguments()).startsWith("{");
      ChatCompletion next =
          client
              .chat()
              .completions()
              .create(
                  asked.build().toBuilder()
                      .addMessage(message)
                      .addMessage(
                          ChatCompletionToolMessageParam.builder()
                              .toolCallId(call.id())
                              .content("seen")
                              .build())
                      .build());
      assertThat(text(next)).startsWith("I read 4 messages");
    }
  }

  @Test
  void responsesAreTheSameWholeAndStreamed() {
    ResponseCreateParams params = response("Hello [[sim cached=2 reasoning=3]]").build();
    Response whole = client.responses().create(params).validate();
    Response streamed = streamResponse(params).validate();

    assertThat(text(whole)).startsWith("I read 1 message").isEqualTo(text(streamed));
    assertThat(streamed.usage().orElseThrow()).isEqualTo(whole.usage().orElseThrow());
    assertThat(whole.usage().orElseThrow().inputTokensDetails().cachedTokens()).isEqualTo(2);
    assertThat(whole.usage().orElseThrow().outputTokensDetails().reasoningTokens()).isEqualTo(3);
  }

  @Test
  void reasoningIsAskedForByItsEffort() {
    ChatCompletionCreateParams params =
        chat("Hello [[sim reasoning=3]]").reasoningEffort(ReasoningEffort.LOW).build();
    for (ChatCompletion answer :
        List.of(client.chat().completions().create(params), stream(params))) {
      assertThat(text(answer.validate())).startsWith("I read 2 messages");
    }
  }

  @Test
  void reasoningIsSummarisedInAnItemOfItsOwn() {
    ResponseCreateParams params =
        response("Hello [[sim reasoning=3]]")
            .reasoning(
                Reasoning.builder()
                    .effort(ReasoningEffort.LOW)
                    .summary(Reasoning.Summary.AUTO)
                    .build())
            .build();
    for (Response answer : List.of(client.responses().create(params), streamResponse(params))) {
      ResponseReasoningItem reasoning = answer.validate().output().getFirst().asReasoning();
      assertThat(reasoning.summary().getFirst().text()).isEqualTo("Let me think");
      assertThat(answer.output().get(1).isMessage()).isTrue();
    }
  }

  @Test
  void responsesCallTools() {
    ResponseCreateParams params =
        response("Look [[sim tool=look]]")
            .addTool(
                FunctionTool.builder()
                    .name("look")
                    .strict(false)
                    .parameters(
                        FunctionTool.Parameters.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .build())
                    .build())
            .build();
    for (Response answer : List.of(client.responses().create(params), streamResponse(params))) {
      ResponseFunctionToolCall call = answer.validate().output().getFirst().asFunctionCall();
      assertThat(call.name()).isEqualTo("look");
      assertThat(call.arguments()).startsWith("{");
    }
  }

  @Test
  void failuresAreWhatTheSdkTakesThemFor() {
    RateLimitException limited =
        catchThrowableOfType(
            RateLimitException.class,
            () ->
                client
                    .chat()
                    .completions()
                    .create(chat("Hello [[sim fail=429 retry-after=7s]]").build()));
    assertThat(limited.headers().values("retry-after")).containsExactly("7");
    assertThat(limited.headers().values("x-ratelimit-remaining-requests")).containsExactly("0");
    OpenAIServiceException inside =
        catchThrowableOfType(
            OpenAIServiceException.class,
            () -> stream(chat("Hello [[sim error-in-stream=2]]").build()));
    assertThat(inside).isNotNull();
  }

  private static ChatCompletionCreateParams.Builder chat(String said) {
    return ChatCompletionCreateParams.builder()
        .model("sim-small")
        .addSystemMessage("Be brief.")
        .addUserMessage(said);
  }

  private static ResponseCreateParams.Builder response(String said) {
    return ResponseCreateParams.builder().model("sim-small").input(said);
  }

  private ChatCompletion stream(ChatCompletionCreateParams params) {
    ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
    ChatCompletionCreateParams withUsage =
        params.toBuilder()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(withUsage)) {
      chunks.stream().map(ChatCompletionChunk::validate).forEach(all::accumulate);
    }
    return all.chatCompletion();
  }

  private Response streamResponse(ResponseCreateParams params) {
    ResponseAccumulator all = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(params)) {
      events.stream().map(ResponseStreamEvent::validate).forEach(all::accumulate);
    }
    return all.response();
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElseThrow();
  }

  private static String text(Response response) {
    return response.output().getFirst().asMessage().content().getFirst().asOutputText().text();
  }
}
