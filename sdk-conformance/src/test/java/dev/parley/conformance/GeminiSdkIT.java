package dev.parley.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Part;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Google's SDK and the simulator understand each other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeminiSdkIT {

  private static final String MODEL = "sim-small";

  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort());
  private Client client;

  @BeforeAll
  void start() throws IOException {
    simulator.start();
    client =
        Client.builder()
            .apiKey("none")
            .httpOptions(HttpOptions.builder().baseUrl(simulator.baseUrl().toString()).build())
            .build();
  }

  @AfterAll
  void stop() {
    client.close();
    simulator.close();
  }

  @Test
  void answersAreTheSameWholeAndStreamed() {
    String said = "Hello [[sim cached=2 reasoning=3]]";
    GenerateContentConfig config = config().build();
    GenerateContentResponse whole = client.models.generateContent(MODEL, said, config);
    List<GenerateContentResponse> chunks = stream(said, config);
    StringBuilder text = new StringBuilder();
    chunks.forEach(chunk -> text.append(chunk.text()));

    assertThat(whole.text()).startsWith("I read 2 messages").isEqualTo(text.toString());
    assertThat(whole.finishReason().toString()).isEqualTo("STOP");
    assertThat(chunks.getLast().usageMetadata()).isEqualTo(whole.usageMetadata());
    assertThat(whole.usageMetadata().orElseThrow().cachedContentTokenCount()).contains(2);
    assertThat(whole.usageMetadata().orElseThrow().thoughtsTokenCount()).contains(3);
  }

  @Test
  void thoughtsAreToldApartFromTheAnswer() {
    String said = "Hello [[sim reasoning=3]]";
    GenerateContentConfig config =
        config()
            .thinkingConfig(ThinkingConfig.builder().thinkingBudget(1024).includeThoughts(true))
            .build();
    GenerateContentResponse whole = client.models.generateContent(MODEL, said, config);
    List<GenerateContentResponse> all = new ArrayList<>(stream(said, config));
    StringBuilder thoughts = new StringBuilder();
    StringBuilder text = new StringBuilder();
    for (GenerateContentResponse chunk : all) {
      for (Part part : chunk.parts()) {
        (part.thought().orElse(false) ? thoughts : text).append(part.text().orElse(""));
      }
    }
    assertThat(thoughts.toString()).isEqualTo("Let me think");
    assertThat(text.toString()).startsWith("I read 2 messages").isEqualTo(whole.text());
    assertThat(whole.usageMetadata().orElseThrow().thoughtsTokenCount()).contains(3);
  }

  @Test
  void toolsGoThereAndBack() {
    GenerateContentConfig config =
        config()
            .tools(
                Tool.builder()
                    .functionDeclarations(
                        FunctionDeclaration.builder()
                            .name("look")
                            .parametersJsonSchema(Map.of("type", "object"))
                            .build())
                    .build())
            .build();
    String said = "Look [[sim tool=look]]";
    GenerateContentResponse whole = client.models.generateContent(MODEL, said, config);
    for (GenerateContentResponse answer : List.of(whole, stream(said, config).getLast())) {
      FunctionCall call = answer.functionCalls().getFirst();
      assertThat(call.name()).contains("look");
      List<Content> conversation =
          List.of(
              Content.builder().role("user").parts(Part.fromText(said)).build(),
              answer.candidates().orElseThrow().getFirst().content().orElseThrow(),
              Content.builder()
                  .role("user")
                  .parts(Part.fromFunctionResponse("look", Map.of("seen", "it")))
                  .build());
      assertThat(client.models.generateContent(MODEL, conversation, config).text())
          .startsWith("I read 4 messages");
    }
  }

  @Test
  void failuresAreWhatTheSdkTakesThemFor() {
    ApiException limited =
        catchThrowableOfType(
            ApiException.class,
            () ->
                client.models.generateContent(
                    MODEL, "Hello [[sim fail=429 retry-after=7s]]", config().build()));
    assertThat(limited.code()).isEqualTo(429);
    assertThat(limited.status()).isEqualTo("RESOURCE_EXHAUSTED");
  }

  private static GenerateContentConfig.Builder config() {
    return GenerateContentConfig.builder()
        .maxOutputTokens(1000)
        .systemInstruction(Content.fromParts(Part.fromText("Be brief.")));
  }

  private List<GenerateContentResponse> stream(String said, GenerateContentConfig config) {
    List<GenerateContentResponse> chunks = new ArrayList<>();
    try (ResponseStream<GenerateContentResponse> stream =
        client.models.generateContentStream(MODEL, said, config)) {
      stream.forEach(chunks::add);
    }
    return chunks;
  }
}
