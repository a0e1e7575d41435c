package dev.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request that asks for reasoning gets, in each format. */
final class ReasoningIT {

  private static final String THOUGHTS = "Let me think";

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

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(simulator.baseUrl().resolve(path))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private List<JsonNode> events(String path, String body) throws Exception {
    return post(path, body)
        .body()
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> read(line.substring("data: ".length())))
        .toList();
  }

  private JsonNode whole(String path, String body) throws Exception {
    return read(post(path, body).body());
  }

  private JsonNode read(String json) {
    try {
      return mapper.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  private static String joined(List<JsonNode> events, String at) {
    return events.stream().map(event -> event.at(at).asText()).collect(Collectors.joining());
  }

  @Test
  void chatCompletionsTellItAsCompatibleServersDo() throws Exception {
    String body =
        "{'model':'m','reasoning_effort':'low','messages':[{'role':'user','content':'Hi [[sim reasoning=3]]'}]%s}";
    JsonNode whole = whole("/v1/chat/completions", body.formatted(""));
    assertThat(whole.at("/choices/0/message/reasoning_content").asText()).isEqualTo(THOUGHTS);
    assertThat(whole.at("/usage/completion_tokens_details/reasoning_tokens").asInt()).isEqualTo(3);

    List<JsonNode> events = events("/v1/chat/completions", body.formatted(",'stream':true"));
    assertThat(joined(events, "/choices/0/delta/reasoning_content")).isEqualTo(THOUGHTS);
    assertThat(joined(events, "/choices/0/delta/content"))
        .isEqualTo(whole.at("/choices/0/message/content").asText());
  }

  @Test
  void responsesTellASummaryAsAnItemOfItsOwn() throws Exception {
    String body =
        "{'model':'m','reasoning':{'effort':'low','summary':'auto'},'input':'Hi [[sim reasoning=3]]'%s}";
    JsonNode whole = whole("/v1/responses", body.formatted(""));
    assertThat(whole.at("/output/0/summary/0/text").asText()).isEqualTo(THOUGHTS);
    assertThat(whole.at("/output/0/encrypted_content").asText()).isNotEmpty();
    assertThat(whole.at("/output/1/type").asText()).isEqualTo("message");

    List<JsonNode> events = events("/v1/responses", body.formatted(",'stream':true"));
    assertThat(events)
        .extracting(event -> event.path("type").asText())
        .startsWith(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta");
    assertThat(events.get(12).path("output_index").asInt()).isEqualTo(1);

    JsonNode hidden = whole("/v1/responses", body.replace(",'summary':'auto'", "").formatted(""));
    assertThat(hidden.at("/output/0/type").asText()).isEqualTo("message");
    assertThat(hidden.at("/usage/output_tokens_details/reasoning_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void anthropicTellsItAsABlockWithASignature() throws Exception {
    String body =
        "{'model':'m','max_tokens':2000,'thinking':{'type':'adaptive'},'output_config':{'effort':'low'},"
            + "'messages':[{'role':'user','content':'Hi [[sim reasoning=3]]'}]%s}";
    JsonNode whole = whole("/v1/messages", body.formatted(""));
    assertThat(whole.at("/content/0/thinking").asText()).isEqualTo(THOUGHTS);
    assertThat(whole.at("/content/0/signature").asText()).isNotEmpty();
    assertThat(whole.at("/content/1/type").asText()).isEqualTo("text");
    assertThat(whole.at("/usage/output_tokens_details/thinking_tokens").asInt()).isEqualTo(3);

    List<JsonNode> events = events("/v1/messages", body.formatted(",'stream':true"));
    assertThat(joined(events, "/delta/thinking")).isEqualTo(THOUGHTS);
    assertThat(joined(events, "/delta/signature")).isNotEmpty();
    assertThat(joined(events, "/delta/text")).isEqualTo(whole.at("/content/1/text").asText());
    assertThat(events)
        .filteredOn(event -> event.path("type").asText().equals("content_block_stop"))
        .extracting(event -> event.path("index").asInt())
        .containsExactly(0, 1);
  }

  @Test
  void geminiTellsItAsThoughts() throws Exception {
    String body =
        "{'contents':[{'role':'user','parts':[{'text':'Hi [[sim reasoning=3]]'}]}],"
            + "'generationConfig':{'thinkingConfig':{'thinkingLevel':'low','includeThoughts':true}}}";
    JsonNode whole = whole("/v1beta/models/m:generateContent", body);
    assertThat(whole.at("/candidates/0/content/parts/0/text").asText()).isEqualTo(THOUGHTS);
    assertThat(whole.at("/candidates/0/content/parts/0/thought").asBoolean()).isTrue();
    assertThat(whole.at("/candidates/0/content/parts/1/thought").asBoolean()).isFalse();

    List<JsonNode> chunks = events("/v1beta/models/m:streamGenerateContent?alt=sse", body);
    assertThat(chunks.get(2).at("/candidates/0/content/parts/0/thought").asBoolean()).isTrue();
    assertThat(chunks.get(3).at("/candidates/0/content/parts/0/thought").asBoolean()).isFalse();
    assertThat(chunks.getLast().at("/usageMetadata/thoughtsTokenCount").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/chat/completions | {'model':'m','reasoning_effort':'huge','messages':[{'role':'user','content':'Hi'}]}",
        "/v1/responses | {'model':'m','reasoning':{'effort':'huge'},'input':'Hi'}",
        "/v1/messages | {'model':'m','max_tokens':2000,'thinking':{'type':'enabled','budget_tokens':2000},'messages':[{'role':'user','content':'Hi'}]}",
        "/v1/messages | {'model':'m','max_tokens':2000,'thinking':{'type':'enabled','budget_tokens':1023},'messages':[{'role':'user','content':'Hi'}]}",
        "/v1/messages | {'model':'m','max_tokens':2000,'temperature':0.5,'thinking':{'type':'adaptive'},'messages':[{'role':'user','content':'Hi'}]}",
        "/v1beta/models/m:generateContent | {'contents':[{'parts':[{'text':'Hi'}]}],'generationConfig':{'thinkingConfig':{'thinkingLevel':'low','thinkingBudget':1024}}}",
      })
  void whatTheProvidersRefuseIsRefused(String path, String body) throws Exception {
    assertThat(post(path, body).statusCode()).isEqualTo(400);
  }
}
