package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Until;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The way of a message, from its acceptance to its line in the CSV. */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class PipelineIT {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final BigDecimal INPUT_PRICE = new BigDecimal("0.00000015");
  private static final BigDecimal OUTPUT_PRICE = new BigDecimal("0.0000006");

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
  void a_message_is_accepted_answered_kept_counted_and_exported() throws Exception {
    ApiClient client = pipeline.client("one");
    assertThat(
            client.post("/sessions", Map.of("sessionId", "talk", "system", "Be brief.")).status())
        .isEqualTo(201);

    List<JsonNode> jobs = new ArrayList<>();
    for (String content : List.of("Good morning", "And now?", "Good night")) {
      Answer accepted = client.post("/sessions/talk/message", Map.of("content", content));
      assertThat(accepted.status()).as("%s", accepted).isEqualTo(202);
      JsonNode job = accepted.json().path("job");
      assertThat(accepted.header("location")).isEqualTo("/jobs/" + job.path("id").asText());
      assertThat(job.path("status").asText()).isEqualTo("queued");
      jobs.add(completed(client, accepted.header("location")));
    }

    assertTalk(client, jobs);
    assertUsage(client, jobs);
  }

  private static void assertTalk(ApiClient client, List<JsonNode> jobs) throws Exception {
    JsonNode messages = client.get("/sessions/talk/messages").json().path("messages").path("items");
    assertThat(messages.findValuesAsText("role"))
        .containsExactly("system", "user", "assistant", "user", "assistant", "user", "assistant");
    assertThat(messages.get(1).path("content").asText()).isEqualTo("Good morning");
    assertThat(messages.get(5).path("content").asText()).isEqualTo("Good night");
    for (int turn = 0; turn < jobs.size(); turn++) {
      JsonNode answer = messages.get(2 + 2 * turn);
      assertThat(answer.path("jobId").asText()).isEqualTo(jobs.get(turn).path("id").asText());
      assertThat(answer.path("content").asText())
          .isEqualTo(jobs.get(turn).path("response").path("text").asText());
    }
    // The provider was told the whole talk each time: the system message counts.
    assertThat(messages.get(6).path("content").asText())
        .startsWith("I read 6 messages")
        .endsWith("You said: Good night");
  }

  private static void assertUsage(ApiClient client, List<JsonNode> jobs) throws Exception {
    long input = sum(jobs, "inputTokens");
    long output = sum(jobs, "outputTokens");
    BigDecimal cost =
        INPUT_PRICE
            .multiply(BigDecimal.valueOf(input))
            .add(OUTPUT_PRICE.multiply(BigDecimal.valueOf(output)));

    Until.isTrue(
        LIMIT,
        "the usage of three calls is told",
        () -> client.get("/usage").json().path("requestCount").asInt() == 3);
    JsonNode usage = client.get("/usage").json();
    assertThat(input).isPositive();
    assertThat(usage.path("totalInputTokens").asLong()).isEqualTo(input);
    assertThat(usage.path("totalOutputTokens").asLong()).isEqualTo(output);
    assertThat(usage.path("totalCostUSD").decimalValue()).isEqualByComparingTo(cost);
    assertThat(usage.path("unpricedRequestCount").asInt()).isZero();

    Answer csv = client.get("/usage/export?format=csv");
    assertThat(csv.header("content-type")).startsWith("text/csv");
    assertThat(csv.text())
        .isEqualTo(
            "provider,model,requestCount,totalInputTokens,totalOutputTokens,"
                + "totalReasoningTokens,totalCachedTokens,totalCostUSD\r\n"
                + "openai,sim-small,3,%d,%d,0,0,%s\r\n"
                    .formatted(
                        input, output, cost.setScale(6, RoundingMode.HALF_UP).toPlainString()));
  }

  private static long sum(List<JsonNode> jobs, String tokens) {
    return jobs.stream().mapToLong(job -> job.path("usage").path(tokens).asLong()).sum();
  }

  private static JsonNode completed(ApiClient client, String location) throws Exception {
    Until.isTrue(
        LIMIT,
        location + " is completed",
        () -> client.get(location).json().path("job").path("status").asText().equals("completed"));
    return client.get(location).json().path("job");
  }

  @Test
  void tenants_and_sessions_do_not_get_into_each_others_way() throws Exception {
    List<ApiClient> clients =
        List.of(pipeline.client("red"), pipeline.client("green"), pipeline.client("blue"));
    try (Load load = Load.withoutKeys()) {
      for (ApiClient client : clients) {
        // the same names of sessions for each tenant, told apart for the provider by its tenant
        load.start(client, Load.sessions(client.tenant() + "-s", 5), 8, "latency=1ms..20ms");
      }
      List<Accepted> accepted = load.finish();
      assertThat(accepted).hasSize(3 * 5 * 8);
      History history = pipeline.awaitKept(LIMIT, accepted);
      assertThat(history.messages()).hasSize(2 * 3 * 5 * 8);
      assertThat(history.ledger()).hasSize(3 * 5 * 8);
    }
    for (ApiClient client : clients) {
      JsonNode usage = client.get("/usage").json();
      assertThat(usage.path("requestCount").asInt()).isEqualTo(5 * 8);
    }
  }

  @Test
  void a_submission_that_stands_in_the_log_twice_is_one_turn() throws Exception {
    ApiClient client = pipeline.client("twice");
    Answer first = client.message("echo", "once [[sim session=echo latency=300ms]]");
    Accepted once = accepted(client, first);
    // while the first is under way, and after it has ended
    pipeline.submitAgain(once.job());
    completed(client, "/jobs/" + once.job().value());
    pipeline.submitAgain(once.job());
    Accepted last = accepted(client, client.message("echo", "the last one [[sim session=echo]]"));
    completed(client, "/jobs/" + last.job().value());

    History history = pipeline.awaitKept(LIMIT, List.of(once, last));
    assertThat(history.submitted()).hasSize(4);
    assertThat(history.messages()).hasSize(4);
    assertThat(history.ledger()).hasSize(2);
    assertThat(history.calls()).as("what has ended is not asked again").hasSize(2);
    assertThat(history.jobs()).allMatch(job -> job.status() == JobStatus.COMPLETED);
    assertThat(client.get("/usage").json().path("requestCount").asInt()).isEqualTo(2);
  }

  private static Accepted accepted(ApiClient client, Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(202);
    return new Accepted(
        new JobId(answer.json().path("job").path("id").asText()),
        new SessionKey(new TenantId(client.tenant()), new SessionId("echo")));
  }

  @Test
  void a_turn_that_the_provider_refuses_ends_as_failed_and_leaves_the_session_as_it_was()
      throws Exception {
    ApiClient client = pipeline.client("refused");
    completed(client, client.message("echo", "fine").header("location"));
    String location = client.message("echo", "not fine [[sim fail=400]]").header("location");
    Until.isTrue(
        LIMIT,
        "the refused job has failed",
        () -> client.get(location).json().path("job").path("status").asText().equals("failed"));
    assertThat(client.get(location).json().path("job").path("error").isObject()).isTrue();
    assertThat(
            client
                .get("/sessions/echo/messages")
                .json()
                .path("messages")
                .path("items")
                .findValuesAsText("role"))
        .containsExactly("user", "assistant");
  }
}
