package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.ingest.testing.FakeSubmissionLog;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.Job;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class IdempotencyTest {

  private static final String PATH = "/sessions/s1/message";
  private static final String BODY = "{\"content\":\"hello\",\"metadata\":{\"a\":1.10}}";
  private static final String[] KEY = {"idempotency-key", "k-1"};

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start();
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    server.post("/sessions", "{\"sessionId\":\"s2\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theSameKeyWithTheSameBodyIsTheSameJobAgain() {
    Reply first = server.post(PATH, BODY, KEY);
    assertThat(first.status()).isEqualTo(202);
    assertThat(first.header("idempotent-replayed")).isEmpty();
    Reply again = server.post(PATH, BODY.replace(":", " : "), KEY);
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.header("idempotent-replayed")).isEqualTo("true");
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(again.header("location")).isEqualTo(first.header("location"));
    assertThat(server.log.accepted).hasSize(1);
  }

  @Test
  void anotherBodyOrSessionUnderTheKeyIsRefused() {
    server.post(PATH, BODY, KEY);
    for (Reply reply :
        List.of(
            server.post(PATH, "{\"content\":\"other\"}", KEY),
            server.post("/sessions/s2/message", BODY, KEY))) {
      assertThat(reply.status()).isEqualTo(422);
      assertThat(reply.at("/error/code")).isEqualTo("idempotency_key_reused");
      assertThat(reply.at("/error/param")).isEqualTo("Idempotency-Key");
    }
    assertThat(server.log.accepted).hasSize(1);
  }

  @Test
  void anotherTenantsSameKeyIsAnotherKey() {
    String[] other = {"idempotency-key", "k-1", "authorization", "Bearer " + server.otherKey};
    server.post("/sessions", "{\"sessionId\":\"s1\"}", other);
    String mine = server.post(PATH, BODY, KEY).at("/job/id");
    Reply theirs = server.post(PATH, BODY, other);
    assertThat(theirs.status()).isEqualTo(202);
    assertThat(theirs.header("idempotent-replayed")).isEmpty();
    assertThat(theirs.at("/job/id")).isNotEqualTo(mine);
  }

  @Test
  void whatWasNotAcknowledgedIsSentAgainUnderTheSameJob() {
    server.log.mode = FakeSubmissionLog.Mode.FAIL;
    Reply refused = server.post(PATH, BODY, KEY);
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("location")).isEmpty();
    server.log.mode = FakeSubmissionLog.Mode.ACKNOWLEDGE;
    Reply accepted = server.post(PATH, BODY, KEY);
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.header("idempotent-replayed")).isEmpty();
    assertThat("/jobs/" + accepted.at("/job/id")).isEqualTo("/jobs/" + offeredJob());
    assertThat(server.log.accepted).hasSize(1);
    assertThat(server.post(PATH, BODY, KEY).header("idempotent-replayed")).isEqualTo("true");
  }

  @Test
  void whatAWorkerHasSeenIsNotSentAgainThoughNobodyNotedThatItWasSent() {
    server.log.mode = FakeSubmissionLog.Mode.FAIL;
    assertThat(server.post(PATH, BODY, KEY).status()).isEqualTo(503);
    JobId job = offeredJob();
    server.stores.jobs.put(job, completed(job));
    server.log.mode = FakeSubmissionLog.Mode.ACKNOWLEDGE;
    Reply again = server.post(PATH, BODY, KEY);
    assertThat(again.at("/job/status")).isEqualTo("completed");
    assertThat(again.header("idempotent-replayed")).isEqualTo("true");
    assertThat(server.log.accepted).isEmpty();
  }

  private JobId offeredJob() {
    return ((MessageSubmitted) server.log.offered.getFirst()).jobId();
  }

  @Test
  void whoWaitsForAnEndedJobAgainIsAnsweredAtOnce() {
    JobId job = new JobId(server.post(PATH, BODY, KEY).at("/job/id"));
    server.stores.jobs.put(job, completed(job));
    String[] waiting = {"idempotency-key", "k-1", "prefer", "wait=30"};
    Reply again = server.post(PATH, BODY, waiting);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("/job/id")).isEqualTo(job.value());
    assertThat(again.header("idempotent-replayed")).isEqualTo("true");
  }

  @Test
  void theSessionMayBeGoneByTheTimeOfTheReplay() {
    String job = server.post(PATH, BODY, KEY).at("/job/id");
    server.call("DELETE", "/sessions/s1", "");
    assertThat(server.post(PATH, BODY, KEY).at("/job/id")).isEqualTo(job);
    assertThat(server.post(PATH, BODY, "idempotency-key", "k-2").status()).isEqualTo(404);
    assertThat(server.post(PATH, "{\"content\":\"other\"}", KEY).status()).isEqualTo(422);
  }

  @Test
  void aRefusedRequestDoesNotUseUpItsKey() {
    assertThat(server.post(PATH, "{\"content\":5}", KEY).status()).isEqualTo(400);
    assertThat(server.post("/sessions/nope/message", BODY, KEY).status()).isEqualTo(404);
    assertThat(server.post(PATH, BODY, KEY).status()).isEqualTo(202);
  }

  @Test
  void aKeyOfTheWrongFormIsRefusedWithItsLimits() {
    for (String bad : List.of("", "a b", "a\tb", "x".repeat(256))) {
      Reply reply = server.post(PATH, BODY, "idempotency-key", bad);
      assertThat(reply.status()).as("key %s", bad).isEqualTo(400);
      assertThat(reply.at("/error/code")).isEqualTo("invalid_request");
      assertThat(reply.at("/error/param")).isEqualTo("Idempotency-Key");
      assertThat(reply.at("/error/message")).contains("255");
    }
    assertThat(server.post(PATH, BODY, "idempotency-key", "x".repeat(255)).status()).isEqualTo(202);
    assertThat(server.log.accepted).hasSize(1);
  }

  @Test
  void manyAtOnceAreOneJob() throws Exception {
    List<Callable<Reply>> calls =
        IntStream.range(0, 20)
            .<Callable<Reply>>mapToObj(i -> () -> server.post(PATH, BODY, KEY))
            .toList();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Set<String> jobs = new HashSet<>();
      for (var answer : executor.invokeAll(calls)) {
        jobs.add(answer.get().at("/job/id"));
      }
      assertThat(jobs).hasSize(1).doesNotContain("");
    }
    assertThat(server.log.accepted).hasSize(1);
  }

  private static Job completed(JobId id) {
    Instant now = Instant.parse("2026-03-14T09:26:53.589Z");
    return new Job(
        id,
        ApiServer.TENANT,
        new SessionId("s1"),
        JobStatus.COMPLETED,
        1,
        null,
        now,
        now,
        now,
        null,
        null,
        null);
  }
}
