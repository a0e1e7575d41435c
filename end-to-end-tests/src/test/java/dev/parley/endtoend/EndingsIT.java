package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Until;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The only worker is killed, and jobs end by something else than an answer before another comes.
 */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class EndingsIT {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** Of a session that is not made by its first message. */
  private static final Map<String, Boolean> EXISTING = Map.of("createSession", false);

  private final List<Accepted> accepted = new ArrayList<>();
  private Pipeline pipeline;

  @BeforeAll
  void start(TestInfrastructure infrastructure) throws Exception {
    pipeline = Stage.pipeline(infrastructure);
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  @Test
  void a_job_cancelled_while_nobody_is_left_to_stop_it_ends_as_cancelled() throws Exception {
    ApiClient client = pipeline.client("cancel");
    WorkerProcess killed = pipeline.workerProcess();
    String running = say(client, "one [[sim latency=1m]]", Map.of());
    String waiting = say(client, "two", Map.of());
    String last = say(client, "three", Map.of());
    awaitUnderWay(client, running);
    killed.kill();

    for (String job : List.of(running, waiting)) {
      Answer cancelled = client.post(job + "/cancel", Map.of());
      assertThat(cancelled.status()).as("%s", cancelled).isEqualTo(200);
      assertThat(cancelled.json().at("/job/status").asText()).isEqualTo("cancelled");
    }

    History history = finish(client);
    assertEnded(client, "cancelled", running, waiting);
    assertEnded(client, "completed", last);
    assertThat(history.calls()).as("the one that was cut off, and the last").hasSize(2);
    assertThat(messages(client)).hasSize(2);
  }

  @Test
  void a_cancel_that_the_killed_worker_did_not_see_is_not_lost() throws Exception {
    ApiClient client = pipeline.client("race");
    WorkerProcess killed = pipeline.workerProcess();
    String running = say(client, "one [[sim latency=1m]]", Map.of());
    awaitUnderWay(client, running);

    assertThat(client.post(running + "/cancel", Map.of()).status()).isEqualTo(200);
    killed.kill();

    finish(client);
    assertEnded(client, "cancelled", running);
    assertThat(messages(client)).isEmpty();
  }

  @Test
  void a_job_whose_time_passes_while_nobody_works_ends_as_expired() throws Exception {
    ApiClient client = pipeline.client("expire");
    WorkerProcess killed = pipeline.workerProcess();
    Map<String, Integer> soon = Map.of("expiresInSeconds", 6);
    String running = say(client, "one [[sim latency=1m]]", soon);
    String waiting = say(client, "two", soon);
    String last = say(client, "three", Map.of());
    awaitUnderWay(client, running);
    killed.kill();
    Thread.sleep(Duration.ofSeconds(6));

    History history = finish(client);
    assertEnded(client, "expired", running, waiting);
    assertEnded(client, "completed", last);
    assertThat(history.calls()).as("the one that was cut off, and the last").hasSize(2);
    assertThat(messages(client)).hasSize(2);
  }

  @Test
  void jobs_of_a_session_that_is_deleted_while_nobody_works_fail_and_a_later_one_is_clean()
      throws Exception {
    ApiClient client = pipeline.client("delete");
    String session = "/sessions/" + client.tenant();
    WorkerProcess killed = pipeline.workerProcess();
    make(client);
    String running = say(client, "one [[sim latency=1m]]", EXISTING);
    String waiting = say(client, "two", EXISTING);
    String compaction =
        client
            .post(session + "/compact", Map.of("maxMessages", 1), "prefer", "wait=0")
            .header("location");
    awaitUnderWay(client, running);
    killed.kill();

    Answer deleted = client.delete(session);
    assertThat(deleted.status()).as("%s", deleted).isEqualTo(200);
    make(client);
    String fresh = say(client, "three", EXISTING);

    finish(client);
    assertEnded(client, "failed", running, waiting, String.valueOf(compaction));
    for (String job : List.of(running, waiting)) {
      assertThat(job(client, job).at("/error/code").asText()).isEqualTo("session_deleted");
    }
    assertEnded(client, "completed", fresh);
    assertThat(messages(client)).hasSize(2);
  }

  /** Another worker comes, ends all that is left and leaves. */
  private History finish(ApiClient client) throws Exception {
    WorkerProcess next = pipeline.workerProcess();
    List<Accepted> own =
        accepted.stream()
            .filter(job -> job.session().tenantId().value().equals(client.tenant()))
            .toList();
    History history = pipeline.awaitKept(LIMIT, own);
    next.stop();
    return history;
  }

  private static void make(ApiClient client) throws Exception {
    Answer made = client.post("/sessions", Map.of("sessionId", client.tenant()));
    assertThat(made.status()).as("%s", made).isEqualTo(201);
  }

  /** Each tenant has one session, of its own name. */
  private String say(ApiClient client, String content, Map<String, ?> more) throws Exception {
    String session = client.tenant();
    Map<String, Object> body = new HashMap<>(Map.of("createSession", true));
    body.putAll(more);
    body.put("content", content + " [[sim session=" + session + "]]");
    Answer answer = client.post("/sessions/" + session + "/message", body);
    assertThat(answer.status()).as("%s", answer).isEqualTo(202);
    accepted.add(
        new Accepted(
            new JobId(answer.json().at("/job/id").asText()),
            new SessionKey(new TenantId(client.tenant()), new SessionId(session))));
    return String.valueOf(answer.header("location"));
  }

  private void awaitUnderWay(ApiClient client, String job) throws Exception {
    Until.isTrue(
        LIMIT,
        job + " is called for",
        () ->
            pipeline.callsUnderWay() == 1
                && job(client, job).path("status").asText().equals("in_progress"));
  }

  private static void assertEnded(ApiClient client, String status, String... jobs)
      throws Exception {
    for (String job : jobs) {
      JsonNode ended = job(client, job);
      assertThat(ended.path("status").asText()).as("%s", ended).isEqualTo(status);
      assertThat(client.get(job + "/events").text())
          .as("events of a job that is %s", status)
          .contains("event: response." + (status.equals("failed") ? "error" : status));
    }
  }

  private static JsonNode job(ApiClient client, String job) throws Exception {
    return client.get(job).json().path("job");
  }

  private static List<String> messages(ApiClient client) throws Exception {
    return client
        .get("/sessions/" + client.tenant() + "/messages")
        .json()
        .at("/messages/items")
        .findValuesAsText("content");
  }
}
