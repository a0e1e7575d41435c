package dev.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.simulator.script.ReplyText;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The formats other than OpenAI's, in the shapes that their providers document. */
class FormatsIT {

  private final ObjectMapper mapper = new ObjectMapper();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort());

  @BeforeEach
  void start() throws IOException {
    simulator.start();
  }

  @AfterEach
  void close() {
    client.shutdownNow();
    simulator.close();
  }

  private HttpResponse<String> post(String path, ObjectNode body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(simulator.baseUrl().resolve(path))
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofByteArray(mapper.writeValueAsBytes(body)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(HttpResponse<String> response) throws IOException {
    return mapper.readTree(response.body());
  }

  private List<JsonNode> data(String events) throws IOException {
    List<JsonNode> data = new ArrayList<>();
    for (String line : events.lines().toList()) {
      if (line.startsWith("data: ")) {
        data.add(mapper.readTree(line.substring("data: ".length())));
      }
    }
    return data;
  }

  private HttpResponse<String> anthropic(String said, boolean streamed) throws Exception {
    ObjectNode body = mapper.createObjectNode().put("model", "sim-small").put("max_tokens", 1000);
    body.put("system", "Be brief.")
        .put("stream", streamed)
        .putObject("metadata")
        .put("user_id", "u");
    body.putArray("messages").addObject().put("role", "user").put("content", said);
    return post("/v1/messages", body);
  }

  @Test
  void anthropicAnswersWhole() throws Exception {
    JsonNode message = json(anthropic("Hello, [[sim cached=2 cache-write=3]]", false));

    assertThat(message.path("id").asText()).startsWith("msg_");
    assertThat(message.path("type").asText()).isEqualTo("message");
    assertThat(message.path("role").asText()).isEqualTo("assistant");
    assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
    ReplyText told = ReplyText.read(message.at("/content/0/text").asText());
    assertThat(told).isNotNull();
    assertThat(told.messages()).isEqualTo(2);
    assertThat(told.quote()).isEqualTo("Hello,");
    JsonNode usage = message.path("usage");
    assertThat(usage.path("input_tokens").asInt()).isEqualTo(3 + 10 - 2 - 3);
    assertThat(usage.path("cache_read_input_tokens").asInt()).isEqualTo(2);
    assertThat(usage.path("cache_creation_input_tokens").asInt()).isEqualTo(3);
    assertThat(simulator.calls().calls().getFirst().user()).isEqualTo("u");
  }

  @Test
  void anthropicStreamsItsEventsInTheirOrder() throws Exception {
    HttpResponse<String> response = anthropic("Hello [[sim tokens=3]]", true);

    assertThat(response.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/event-stream");
    assertThat(response.body().lines().filter(line -> line.startsWith("event: ")))
        .containsExactly(
            "event: message_start",
            "event: content_block_start",
            "event: ping",
            "event: content_block_delta",
            "event: content_block_delta",
            "event: content_block_delta",
            "event: content_block_stop",
            "event: message_delta",
            "event: message_stop");
    List<JsonNode> data = data(response.body());
    assertThat(data.get(0).at("/message/usage/input_tokens").asInt()).isPositive();
    assertThat(data.get(3).at("/delta/type").asText()).isEqualTo("text_delta");
    assertThat(data.get(3).at("/delta/text").asText()).isEqualTo("I re");
    assertThat(data.get(7).at("/delta/stop_reason").asText()).isEqualTo("end_turn");
    assertThat(data.get(7).at("/usage/output_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void anthropicCallsTools() throws Exception {
    JsonNode whole = json(anthropic("Rain? [[sim tool=get_weather]]", false));
    assertThat(whole.at("/content/0/type").asText()).isEqualTo("tool_use");
    assertThat(whole.at("/content/0/input/input").asText()).isEqualTo("Rain?");
    assertThat(whole.path("stop_reason").asText()).isEqualTo("tool_use");

    StringBuilder arguments = new StringBuilder();
    for (JsonNode event : data(anthropic("Rain? [[sim tool=get_weather]]", true).body())) {
      arguments.append(event.at("/delta/partial_json").asText());
    }
    assertThat(mapper.readTree(arguments.toString()).path("input").asText()).isEqualTo("Rain?");
  }

  @Test
  void anthropicFailsInItsOwnWay() throws Exception {
    HttpResponse<String> limited = anthropic("[[sim fail=429 retry-after=3s]]", false);
    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(json(limited).at("/error/type").asText()).isEqualTo("rate_limit_error");
    assertThat(limited.headers().firstValue("retry-after")).contains("3");
    assertThat(limited.headers().firstValue("anthropic-ratelimit-requests-remaining"))
        .contains("0");
    HttpResponse<String> overloaded = anthropic("[[sim fail=529]]", true);
    assertThat(overloaded.statusCode()).isEqualTo(529);
    assertThat(json(overloaded).at("/error/type").asText()).isEqualTo("overloaded_error");
    assertThat(anthropic("[[sim error-in-stream=1]]", true).body())
        .contains("event: error")
        .doesNotContain("message_stop");
  }

  private HttpResponse<String> gemini(String said, boolean streamed) throws Exception {
    ObjectNode body = mapper.createObjectNode();
    body.putObject("systemInstruction").putArray("parts").addObject().put("text", "Be brief.");
    ObjectNode content = body.putArray("contents").addObject().put("role", "user");
    content.putArray("parts").addObject().put("text", said);
    String method = streamed ? "streamGenerateContent?alt=sse" : "generateContent";
    return post("/v1beta/models/sim-small+reasoning=7:" + method, body);
  }

  @Test
  void geminiAnswersWhole() throws Exception {
    JsonNode answer = json(gemini("Hello", false));

    JsonNode candidate = answer.at("/candidates/0");
    assertThat(candidate.path("finishReason").asText()).isEqualTo("STOP");
    assertThat(candidate.at("/content/role").asText()).isEqualTo("model");
    ReplyText told = ReplyText.read(candidate.at("/content/parts/0/text").asText());
    assertThat(told).isNotNull();
    assertThat(told.messages()).isEqualTo(2);
    assertThat(answer.path("modelVersion").asText()).isEqualTo("sim-small");
    JsonNode usage = answer.path("usageMetadata");
    assertThat(usage.path("promptTokenCount").asInt()).isEqualTo(3 + 2);
    assertThat(usage.path("thoughtsTokenCount").asInt()).isEqualTo(7);
    assertThat(usage.path("totalTokenCount").asInt())
        .isEqualTo(3 + 2 + 7 + usage.path("candidatesTokenCount").asInt());
  }

  @Test
  void geminiStreamsChunksOfText() throws Exception {
    List<JsonNode> chunks = data(gemini("Hello [[sim tokens=3]]", true).body());

    assertThat(chunks).hasSize(4);
    assertThat(chunks.getFirst().at("/candidates/0/content/parts/0/text").asText())
        .isEqualTo("I re");
    assertThat(chunks.getFirst().at("/candidates/0").has("finishReason")).isFalse();
    assertThat(chunks.getLast().at("/candidates/0/finishReason").asText()).isEqualTo("STOP");
    assertThat(chunks.getLast().at("/usageMetadata/candidatesTokenCount").asInt()).isEqualTo(3);
  }

  @Test
  void geminiCallsTools() throws Exception {
    for (boolean streamed : new boolean[] {false, true}) {
      HttpResponse<String> response = gemini("Rain? [[sim tool=get_weather]]", streamed);
      JsonNode last = streamed ? data(response.body()).getLast() : json(response);
      JsonNode call = last.at("/candidates/0/content/parts/0/functionCall");
      assertThat(call.path("name").asText()).isEqualTo("get_weather");
      assertThat(call.at("/args/input").asText()).isEqualTo("Rain?");
    }
  }

  @Test
  void geminiFailsInItsOwnWay() throws Exception {
    JsonNode error = json(gemini("[[sim fail=429 retry-after=3s]]", true)).path("error");
    assertThat(error.path("code").asInt()).isEqualTo(429);
    assertThat(error.path("status").asText()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(error.at("/details/0/retryDelay").asText()).isEqualTo("3s");
    assertThat(post("/v1beta/models/m:streamGenerateContent", mapper.createObjectNode()))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(400);
  }

  private HttpResponse<String> responses(String said, boolean streamed) throws Exception {
    ObjectNode body = mapper.createObjectNode().put("model", "sim-small").put("stream", streamed);
    body.put("instructions", "Be brief.");
    ObjectNode item = body.putArray("input").addObject().put("role", "user");
    item.putArray("content").addObject().put("type", "input_text").put("text", said);
    return post("/v1/responses", body);
  }

  @Test
  void responsesAnswersWhole() throws Exception {
    JsonNode response = json(responses("Hello [[sim reasoning=7]]", false));

    assertThat(response.path("object").asText()).isEqualTo("response");
    assertThat(response.path("status").asText()).isEqualTo("completed");
    ReplyText told = ReplyText.read(response.at("/output/0/content/0/text").asText());
    assertThat(told).isNotNull();
    assertThat(told.messages()).isEqualTo(2);
    assertThat(told.quote()).isEqualTo("Hello");
    JsonNode usage = response.path("usage");
    assertThat(usage.at("/output_tokens_details/reasoning_tokens").asInt()).isEqualTo(7);
    assertThat(usage.path("total_tokens").asInt())
        .isEqualTo(usage.path("input_tokens").asInt() + usage.path("output_tokens").asInt());
    JsonNode cut = json(responses("Hello [[sim finish=length]]", false));
    assertThat(cut.path("status").asText()).isEqualTo("incomplete");
    assertThat(cut.at("/incomplete_details/reason").asText()).isEqualTo("max_output_tokens");
  }

  @Test
  void responsesStreamsNumberedEvents() throws Exception {
    List<JsonNode> events = data(responses("Hello [[sim tokens=2]]", true).body());

    assertThat(events)
        .extracting(event -> event.path("type").asText())
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).path("sequence_number").asInt(-1)).isEqualTo(i);
    }
    assertThat(events.get(4).path("delta").asText()).isEqualTo("I re");
    assertThat(events.get(6).path("text").asText()).isEqualTo("I read 2");
    assertThat(events.getLast().at("/response/usage/output_tokens").asInt()).isEqualTo(2);
  }

  @Test
  void responsesCallsTools() throws Exception {
    List<JsonNode> events = data(responses("Rain? [[sim tool=get_weather]]", true).body());
    StringBuilder arguments = new StringBuilder();
    for (JsonNode event : events) {
      arguments.append(event.path("delta").asText());
    }
    assertThat(mapper.readTree(arguments.toString()).path("input").asText()).isEqualTo("Rain?");
    JsonNode item = events.getLast().at("/response/output/0");
    assertThat(item.path("type").asText()).isEqualTo("function_call");
    assertThat(item.path("name").asText()).isEqualTo("get_weather");
    assertThat(item.path("arguments").asText()).isEqualTo(arguments.toString());
  }
}
