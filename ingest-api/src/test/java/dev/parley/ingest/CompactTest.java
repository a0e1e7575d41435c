package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.ingest.testing.FakeSubmissionLog;
import dev.parley.schemas.Compaction;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.Submission.CompactionRequested;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.storage.Job;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CompactTest {

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start();
    server.post("/sessions", "{\"sessionId\":\"s1\",\"system\":\"sys\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aSlidingWindowIsWaitedForAndAnswered() {
    Thread.startVirtualThread(() -> end(compaction(CompactionStrategy.SLIDING_WINDOW, null), null));

    Reply reply = server.post("/sessions/s1/compact", "{\"maxMessages\":2,\"maxTokens\":500}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().at("/compacted").booleanValue()).isTrue();
    assertThat(reply.json().at("/removedCount").intValue()).isEqualTo(4);
    assertThat(reply.at("/session/id")).isEqualTo("s1");
    assertThat(reply.json().properties()).hasSize(3);
    assertThat(reply.header("preference-applied")).isEmpty();
    CompactionRequested sent = submission();
    assertThat(reply.header("location")).isEqualTo("/jobs/" + sent.jobId());
    assertThat(sent.strategy()).isEqualTo(CompactionStrategy.SLIDING_WINDOW);
    assertThat(sent.maxMessages()).isEqualTo(2);
    assertThat(sent.maxTokens()).isEqualTo(500);
    assertThat(sent.sessionIncarnation()).isNotNull();
    assertThat(server.get("/jobs/" + sent.jobId()).at("/job/compaction/removedCount"))
        .isEqualTo("4");
  }

  @Test
  void aSummaryIsAJobUnlessItIsWaitedFor() {
    Reply accepted = server.post("/sessions/s1/compact", "{\"strategy\":\"summarise\"}");
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.at("/job/status")).isEqualTo("queued");
    assertThat(accepted.at("/job/sessionId")).isEqualTo("s1");
    assertThat(accepted.header("location")).isEqualTo("/jobs/" + accepted.at("/job/id"));
    assertThat(server.get("/jobs/" + accepted.at("/job/id")).at("/job/status")).isEqualTo("queued");

    server.log.accepted.clear();
    TokenUsage usage = new TokenUsage(10, 20, 0, 0, 0, new BigDecimal("0.0010"), false);
    Thread.startVirtualThread(() -> end(compaction(CompactionStrategy.SUMMARISE, usage), null));
    Reply waited =
        server.post("/sessions/s1/compact", "{\"strategy\":\"summarise\"}", "prefer", "wait=30");
    assertThat(waited.status()).isEqualTo(200);
    assertThat(waited.header("preference-applied")).isEqualTo("wait=30");
    assertThat(waited.at("/compacted")).isEqualTo("true");
    Reply job = server.get("/jobs/" + submission().jobId());
    assertThat(job.at("/job/usage/inputTokens")).isEqualTo("10");
    assertThat(job.body()).contains("\"costUSD\":0.0010");
  }

  @Test
  void whoDoesNotWaitGetsTheJob() {
    Reply reply = server.post("/sessions/s1/compact", "", "prefer", "wait=0");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(submission().maxMessages()).isNull();
    assertThat(submission().maxTokens()).isNull();
  }

  @Test
  void limitsAreToldWithTheirField() {
    for (String body :
        List.of(
            "{\"maxMessages\":0}",
            "{\"maxMessages\":-1}",
            "{\"maxMessages\":1.5}",
            "{\"maxMessages\":\"2\"}",
            "{\"maxMessages\":1000001}",
            "{\"maxMessages\":99999999999999999999}",
            "{\"maxMessages\":1,\"strategy\":\"summarise\"}")) {
      Reply reply = server.post("/sessions/s1/compact", body);
      assertThat(reply.status()).as(body).isEqualTo(400);
      assertThat(reply.at("/error/code")).as(body).isEqualTo("invalid_compact_limit");
      assertThat(reply.at("/error/param")).as(body).isEqualTo("maxMessages");
      assertThat(reply.at("/error/message")).as(body).contains("maxMessages", "1000000");
    }
    Reply tokens = server.post("/sessions/s1/compact", "{\"maxTokens\":0}");
    assertThat(tokens.at("/error/code")).isEqualTo("invalid_compact_limit");
    assertThat(tokens.at("/error/param")).isEqualTo("maxTokens");
    for (String strategy : List.of("\"other\"", "7", "[]", "\"\"")) {
      Reply reply = server.post("/sessions/s1/compact", "{\"strategy\":" + strategy + "}");
      assertThat(reply.status()).as(strategy).isEqualTo(400);
      assertThat(reply.at("/error/code")).as(strategy).isEqualTo("invalid_request");
      assertThat(reply.at("/error/param")).as(strategy).isEqualTo("strategy");
    }
    assertThat(server.log.offered).isEmpty();
  }

  @Test
  void whatIsNotThereCannotBeCompacted() {
    Reply missing = server.post("/sessions/nope/compact", "{}");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.at("/error/code")).isEqualTo("session_not_found");
    assertThat(server.post("/sessions/a%2Fb/compact", "{}").at("/error/code"))
        .isEqualTo("invalid_session_id");
    assertThat(server.call("GET", "/sessions/s1/compact", "").status()).isEqualTo(405);
    assertThat(server.post("/sessions/s1/compact", "{").at("/error/code"))
        .isEqualTo("invalid_json");
    server.log.mode = FakeSubmissionLog.Mode.FAIL;
    Reply refused = server.post("/sessions/s1/compact", "{}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("location")).isEmpty();
  }

  @Test
  void aCompactionThatCameToNothingTellsWhy() {
    JobError error = new JobError("provider_overloaded", "the provider is overloaded");
    Thread.startVirtualThread(() -> end(null, error));

    Reply reply =
        server.post("/sessions/s1/compact", "{\"strategy\":\"summarise\"}", "prefer", "wait=30");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.at("/compacted")).isEqualTo("false");
    assertThat(reply.at("/removedCount")).isEqualTo("0");
    assertThat(reply.at("/job/error/code")).isEqualTo("provider_overloaded");
  }

  @Test
  void aSessionDeletedMeanwhileIsNotThere() {
    Thread.startVirtualThread(() -> {
      Awaitility.await().until(() -> !server.log.accepted.isEmpty());
      server.call("DELETE", "/sessions/s1", "");
      end(null, new JobError("session_deleted", "the session was deleted before its turn"));
    });

    Reply reply = server.post("/sessions/s1/compact", "{}");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.at("/error/code")).isEqualTo("session_not_found");
  }

  @Test
  void theEventsOfACompactionAreItsEnd() {
    server.post("/sessions/s1/compact", "", "prefer", "wait=0");
    end(compaction(CompactionStrategy.SLIDING_WINDOW, null), null);

    Reply events = server.get("/jobs/" + submission().jobId() + "/events");

    assertThat(events.body())
        .contains("event: response.completed", "\"removedCount\":4", "\"session\":{")
        .doesNotContain("response.started");
  }

  @Test
  void aWaitingJobTellsHowManyAreAheadOfIt() {
    server.post("/sessions/s1/message", "{\"content\":\"x\"}");
    MessageSubmitted message = (MessageSubmitted) server.log.accepted.getFirst();
    String path = "/jobs/" + message.jobId();
    assertThat(server.get(path).json().at("/job").has("queuePosition")).isFalse();
    put(message.jobId().value(), JobStatus.QUEUED);
    server.stores.queuePositions = Map.of(message.jobId(), 3);
    assertThat(server.get(path).json().at("/job/queuePosition").intValue()).isEqualTo(3);
    put(message.jobId().value(), JobStatus.IN_PROGRESS);
    assertThat(server.get(path).json().at("/job").has("queuePosition")).isFalse();
  }

  @Test
  void aMessageSaysWhichSessionItWasMeantFor() {
    server.post("/sessions/s1/message", "{\"content\":\"x\"}");
    server.call("DELETE", "/sessions/s1", "");
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    server.post("/sessions/s1/message", "{\"content\":\"x\"}");

    assertThat(server.log.accepted.get(0).sessionIncarnation()).isNotNull();
    assertThat(server.log.accepted.get(1).sessionIncarnation())
        .isNotNull()
        .isNotEqualTo(server.log.accepted.get(0).sessionIncarnation());
  }

  @Test
  void aSessionSaysWhatBecomesOfItsOlderMessages() {
    Reply made =
        server.post("/sessions", "{\"sessionId\":\"s2\",\"contextStrategy\":\"summarise\"}");
    assertThat(made.at("/session/contextStrategy")).isEqualTo("summarise");
    assertThat(server.get("/sessions/s1").json().at("/session").has("contextStrategy")).isFalse();
    assertThat(server.post("/sessions", "{\"contextStrategy\":\"x\"}").at("/error/param"))
        .isEqualTo("contextStrategy");
  }

  private CompactionRequested submission() {
    return (CompactionRequested) server.log.accepted.getFirst();
  }

  private static Compaction compaction(CompactionStrategy strategy, @Nullable TokenUsage usage) {
    return new Compaction(strategy, true, 4, usage);
  }

  private void end(@Nullable Compaction compaction, @Nullable JobError error) {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !server.log.accepted.isEmpty());
    CompactionRequested sent = submission();
    Instant now = Instant.now();
    server.stores.jobs.put(
        sent.jobId(),
        new Job(
            sent.jobId(),
            sent.tenantId(),
            sent.sessionId(),
            error == null ? JobStatus.COMPLETED : JobStatus.FAILED,
            1,
            null,
            now,
            now,
            now,
            null,
            null,
            error,
            compaction));
    server.waiters.signal(sent.jobId());
  }

  private void put(String id, JobStatus status) {
    MessageSubmitted message = (MessageSubmitted) server.log.accepted.getFirst();
    server.stores.jobs.put(
        message.jobId(),
        new Job(
            message.jobId(),
            message.tenantId(),
            message.sessionId(),
            status,
            1,
            null,
            Instant.now(),
            null,
            null,
            null,
            null,
            null));
    assertThat(message.jobId().value()).isEqualTo(id);
  }
}
