package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Until;
import dev.parley.schemas.JobId;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A session from its creation to its end, among turns that are under way. */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class SessionLifecycleIT {

  private static final Duration LIMIT = Duration.ofMinutes(1);

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
  void a_session_is_made_spoken_in_compacted_forked_listed_and_deleted() throws Exception {
    ApiClient client = pipeline.client("life");
    make(client, "talk", 6);
    ended(client, client.post("/sessions/talk/message", Map.of("content", "hello")));

    Answer compacted = client.post("/sessions/talk/compact", Map.of("maxMessages", 4));

    assertThat(compacted.status()).as("%s", compacted).isEqualTo(200);
    assertThat(compacted.json().path("compacted").asBoolean()).isTrue();
    assertThat(compacted.json().path("removedCount").asInt()).isEqualTo(4);
    assertThat(compacted.json().at("/session/messageCount").asInt()).isEqualTo(5);
    assertThat(contents(client, "talk").subList(0, 4))
        .containsExactly("system", "m4", "m5", "hello");
    JsonNode job = client.get(compacted.header("location")).json().path("job");
    assertThat(job.path("status").asText()).isEqualTo("completed");
    assertThat(job.at("/compaction/removedCount").asInt()).isEqualTo(4);
    assertThat(client.get(compacted.header("location") + "/events").text())
        .contains("event: response.completed");
    assertThat(client.get("/jobs?sessionId=talk").json().at("/jobs/items")).hasSize(2);

    // what comes again compacts once
    pipeline.submitAgain(new JobId(job.path("id").asText()));
    JsonNode next = ended(client, client.post("/sessions/talk/message", Map.of("content", "next")));
    assertThat(next.path("status").asText()).isEqualTo("completed");
    assertThat(contents(client, "talk")).hasSize(7).element(5).isEqualTo("next");
    JsonNode page =
        client.get("/sessions/talk/messages?direction=backward&limit=2").json().path("messages");
    assertThat(page.path("nextCursor").asText()).isEqualTo("5");

    Answer forked =
        client.post("/sessions/talk/fork", Map.of("fromMessageIndex", 2, "newSessionId", "branch"));
    assertThat(forked.status()).isEqualTo(201);
    assertThat(contents(client, "branch")).containsExactly("system", "m4", "m5");
    assertThat(forked.json().at("/session/totals/inputTokens").asLong()).isZero();
    Answer costly =
        client.post("/sessions/talk/fork", Map.of("fromMessageIndex", 2, "resetUsage", false));
    assertThat(costly.json().at("/session/totals"))
        .isEqualTo(client.get("/sessions/talk").json().at("/session/totals"));
    assertThat(client.get("/sessions").json().at("/sessions/items")).hasSize(3);

    // Totals follow the turns a little later.
    long requests = client.get("/usage?sessionId=talk").json().path("requestCount").asLong();
    for (int i = 0; i < 300 && usage(client).path("requestCount").asLong() != requests; i++) {
      Thread.sleep(100);
    }
    assertThat(usage(client).path("requestCount").asLong()).isEqualTo(requests);
    assertThat(client.delete("/sessions/talk").status()).isEqualTo(200);
    assertThat(client.get("/sessions/talk").status()).isEqualTo(404);
    assertThat(usage(client).path("requestCount").asLong()).isEqualTo(requests);
    assertThat(client.get("/usage?sessionId=talk").json().path("requestCount").asLong())
        .isEqualTo(2);
  }

  @Test
  void a_summary_is_written_by_the_model_and_paid_for() throws Exception {
    ApiClient client = pipeline.client("sum");
    make(client, "talk", 8);

    Answer summarised =
        client.post(
            "/sessions/talk/compact",
            Map.of("maxMessages", 3, "strategy", "summarise"),
            "prefer",
            "wait=30");

    assertThat(summarised.status()).as("%s", summarised).isEqualTo(200);
    assertThat(summarised.header("preference-applied")).isEqualTo("wait=30");
    assertThat(summarised.json().path("removedCount").asInt()).isEqualTo(5);
    List<String> contents = contents(client, "talk");
    assertThat(contents).hasSize(4);
    assertThat(contents.get(1)).startsWith("Summary of the conversation before this point:");
    assertThat(contents.subList(2, 4)).containsExactly("m6", "m7");
    JsonNode job = client.get(summarised.header("location")).json().path("job");
    assertThat(job.at("/usage/inputTokens").asLong()).isPositive();
    assertThat(summarised.json().at("/session/totals/inputTokens"))
        .isEqualTo(job.at("/usage/inputTokens"));
    Until.isTrue(
        LIMIT, "the call is counted", () -> usage(client).path("requestCount").asInt() == 1);
    assertThat(usage(client).path("totalInputTokens")).isEqualTo(job.at("/usage/inputTokens"));
  }

  @Test
  void a_compaction_waits_for_the_turns_before_it_and_is_waited_for_by_those_behind()
      throws Exception {
    ApiClient client = pipeline.client("order");
    make(client, "talk", 4);
    Answer first = say(client, "one [[sim latency=1s]]");
    Answer compaction =
        client.post("/sessions/talk/compact", Map.of("maxMessages", 1), "prefer", "wait=0");
    Answer last = say(client, "two");
    Until.isTrue(
        LIMIT,
        "the last knows that two are ahead",
        () -> client.get(last.header("location")).json().at("/job/queuePosition").asInt() == 2);

    ended(client, last);

    List<String> contents = contents(client, "talk");
    assertThat(contents).hasSize(4);
    assertThat(contents.get(1)).contains("You said: one");
    assertThat(contents.get(2)).isEqualTo("two");
    assertThat(ended(client, first).path("status").asText()).isEqualTo("completed");
    assertThat(ended(client, compaction).at("/compaction/removedCount").asInt()).isEqualTo(5);
  }

  @Test
  void what_waits_when_its_session_is_deleted_fails_and_reaches_no_later_session()
      throws Exception {
    ApiClient client = pipeline.client("gone");
    make(client, "talk", 0);
    Answer running = say(client, "one [[sim latency=1s]]");
    Answer waiting = say(client, "two");
    Answer compaction =
        client.post("/sessions/talk/compact", Map.of("maxMessages", 1), "prefer", "wait=0");
    client.delete("/sessions/talk");
    make(client, "talk", 0);
    Answer fresh = say(client, "three");

    for (Answer answer : List.of(running, waiting, compaction)) {
      JsonNode job = ended(client, answer);
      assertThat(job.path("status").asText()).isEqualTo("failed");
      assertThat(job.at("/error/code").asText()).isEqualTo("session_deleted");
    }
    assertThat(ended(client, fresh).path("status").asText()).isEqualTo("completed");
    assertThat(contents(client, "talk")).hasSize(3).element(1).isEqualTo("three");
    Until.isTrue(
        LIMIT,
        "the call whose session was deleted is paid for all the same",
        () -> usage(client).path("requestCount").asInt() == 2);
  }

  @Test
  void a_message_that_would_make_its_session_does_not_bring_a_deleted_one_back() throws Exception {
    ApiClient client = pipeline.client("back");
    Answer running = bringing(client, "one [[sim latency=1s]]");
    Answer waiting = bringing(client, "two");
    Until.isTrue(
        LIMIT,
        "the first one has made the session",
        () -> client.delete("/sessions/talk").status() == 200);
    Answer fresh = bringing(client, "three");

    for (Answer answer : List.of(running, waiting)) {
      JsonNode job = ended(client, answer);
      assertThat(job.path("status").asText()).isEqualTo("failed");
      assertThat(job.at("/error/code").asText()).isEqualTo("session_deleted");
    }
    assertThat(ended(client, fresh).path("status").asText()).isEqualTo("completed");
    assertThat(contents(client, "talk")).hasSize(2).element(0).isEqualTo("three");
  }

  @Test
  void a_session_that_still_waits_for_its_first_turn_is_deleted_with_all_that_waits_for_it()
      throws Exception {
    ApiClient client = pipeline.client("unborn");
    Answer first = bringing(client, "one [[sim latency=1s]]");
    Answer waiting = bringing(client, "two");
    Answer gone = client.delete("/sessions/talk");
    assertThat(gone.status()).as("%s", gone).isEqualTo(200);
    make(client, "talk", 0);
    Answer fresh = say(client, "three");

    for (Answer answer : List.of(first, waiting)) {
      JsonNode job = ended(client, answer);
      assertThat(job.at("/error/code").asText()).as("%s", job).isEqualTo("session_deleted");
    }
    assertThat(ended(client, fresh).path("status").asText()).isEqualTo("completed");
    assertThat(contents(client, "talk")).doesNotContain("two").contains("three");
  }

  private static Answer bringing(ApiClient client, String content) throws Exception {
    Answer answer =
        client.post("/sessions/talk/message", Map.of("createSession", true, "content", content));
    assertThat(answer.status()).as("%s", answer).isEqualTo(202);
    return answer;
  }

  @Test
  void a_job_cancelled_while_it_waits_never_reaches_the_provider() throws Exception {
    ApiClient client = pipeline.client("calm");
    make(client, "talk", 0);
    Answer running = say(client, "one [[sim latency=1s session=calm]]");
    Answer waiting = say(client, "two [[sim session=calm]]");
    Until.isTrue(
        LIMIT,
        "a worker has it",
        () -> client.get(waiting.header("location")).json().at("/job/attempts").asInt() == 1);

    Answer cancelled = client.post(waiting.header("location") + "/cancel", Map.of());

    assertThat(cancelled.json().at("/job/status").asText()).isEqualTo("cancelled");
    ended(client, running);
    ended(client, say(client, "three [[sim session=calm]]"));
    assertThat(contents(client, "talk")).hasSize(5).noneMatch(text -> text.startsWith("two"));
    Until.isTrue(
        LIMIT, "two calls are counted", () -> usage(client).path("requestCount").asInt() == 2);
  }

  private static void make(ApiClient client, String session, int messages) throws Exception {
    List<Map<String, String>> history =
        IntStream.range(0, messages)
            .mapToObj(i -> Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "m" + i))
            .toList();
    Answer made =
        client.post(
            "/sessions", Map.of("sessionId", session, "system", "system", "messages", history));
    assertThat(made.status()).as("%s", made).isEqualTo(201);
  }

  private static Answer say(ApiClient client, String content) throws Exception {
    Answer accepted = client.post("/sessions/talk/message", Map.of("content", content));
    assertThat(accepted.status()).as("%s", accepted).isEqualTo(202);
    return accepted;
  }

  private static List<String> contents(ApiClient client, String session) throws Exception {
    return client
        .get("/sessions/" + session + "/messages")
        .json()
        .at("/messages/items")
        .findValuesAsText("content");
  }

  private static JsonNode usage(ApiClient client) throws Exception {
    return client.get("/usage").json();
  }

  private static JsonNode ended(ApiClient client, Answer accepted) throws Exception {
    String location = accepted.header("location");
    Until.isTrue(
        LIMIT,
        location + " has ended",
        () -> client.get(location).json().at("/job").has("completedAt"));
    return client.get(location).json().path("job");
  }
}
