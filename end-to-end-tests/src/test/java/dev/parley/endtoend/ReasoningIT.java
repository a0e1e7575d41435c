package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A message that asks its model to reason, from the request to the events and the bill. */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class ReasoningIT {

  private Pipeline pipeline;

  @BeforeAll
  void start(TestInfrastructure infrastructure) throws Exception {
    pipeline = Stage.pipeline(infrastructure);
    pipeline.workerHere();
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  @Test
  void what_is_reasoned_is_told_before_the_answer_and_counted_with_it() throws Exception {
    ApiClient client = pipeline.client("thinking");

    Answer answer =
        client.post(
            "/sessions/talk/message",
            Map.of(
                "createSession",
                true,
                "content",
                "Hello [[sim reasoning=3]]",
                "reasoning",
                Map.of("effort", "high")),
            "prefer",
            "wait=30");

    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    JsonNode response = answer.json().path("response");
    assertThat(response.path("text").asText()).startsWith("I read 1 message");
    assertThat(response.at("/usage/reasoningTokens").asInt()).isEqualTo(3);
    assertThat(response.at("/usage/outputTokens").asInt()).isGreaterThan(3);
    assertThat(response.at("/usage/estimated").asBoolean()).isFalse();

    String events = client.get("/jobs/" + answer.json().at("/job/id").asText() + "/events").text();
    List<String> kinds =
        events
            .lines()
            .filter(line -> line.startsWith("event: "))
            .map(line -> line.substring("event: ".length()))
            .toList();
    assertThat(kinds)
        .containsSubsequence(
            "response.started",
            "response.reasoning.started",
            "response.reasoning.delta",
            "response.reasoning.completed",
            "response.text.delta",
            "response.completed");
    // In as many pieces as it came.
    String reasoned =
        Pattern.compile("event: response.reasoning.delta\\ndata: .*\"delta\":\"([^\"]*)\"")
            .matcher(events)
            .results()
            .map(delta -> delta.group(1))
            .collect(Collectors.joining());
    assertThat(reasoned).contains("Let me think");

    Answer next = client.message("talk", "And now?", "prefer", "wait=30");
    assertThat(next.json().at("/response/usage/reasoningTokens").asInt()).isZero();
    assertThat(client.get("/sessions/talk?include=messages").text()).doesNotContain("Let me think");
  }

  @Test
  void a_wish_that_makes_no_sense_is_refused_with_its_field() throws Exception {
    Answer answer =
        pipeline
            .client("thinking")
            .post(
                "/sessions/talk/message",
                Map.of("content", "x", "createSession", true, "reasoning", "endless"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo("reasoning");
    assertThat(answer.json().at("/error/message").asText()).contains("low, medium or high");
  }
}
