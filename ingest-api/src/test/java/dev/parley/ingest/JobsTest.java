package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.Json;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.storage.Job;
import dev.parley.storage.live.LiveEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class JobsTest {

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start();
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whoWaitsIsAnsweredWhenTheJobEnds() {
    Thread worker = Thread.startVirtualThread(() -> complete(awaitSubmission()));
    Reply reply = server.post("/sessions/s1/message", "{\"content\":\"hi\"}", "prefer", "wait=30");
    assertThat(worker).isNotNull();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("preference-applied")).isEqualTo("wait=30");
    assertThat(reply.at("/job/status")).isEqualTo("completed");
    assertThat(reply.at("/response/text")).isEqualTo("pong");
    assertThat(reply.at("/session/id")).isEqualTo("s1");
    assertThat(reply.body()).contains("\"costUSD\":0.0012300");
  }

  @Test
  void whoWaitsInVainIsToldThatTheMessageWasAccepted() {
    Reply reply = server.post("/sessions/s1/message", "{\"content\":\"hi\"}", "prefer", "wait=1");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("preference-applied")).isEmpty();
    assertThat(reply.at("/job/status")).isEqualTo("queued");
  }

  @Test
  void anAcceptedMessageStaysAcceptedWhenTheStoreGoesAwayWhileWaiting() {
    Thread.startVirtualThread(() -> {
      awaitSubmission();
      server.stores.away = true;
      server.waiters.signal(awaitSubmission().jobId());
    });
    Reply reply = server.post("/sessions/s1/message", "{\"content\":\"hi\"}", "prefer", "wait=30");
    assertThat(reply.status()).isEqualTo(202);
  }

  @Test
  void aMissedSignalCostsTimeAndNothingElse() {
    Thread.startVirtualThread(() -> {
      MessageSubmitted submission = awaitSubmission();
      server.stores.jobs.put(submission.jobId(), completed(submission, 1));
    });
    assertThat(
            server
                .post("/sessions/s1/message", "{\"content\":\"hi\"}", "prefer", "wait=30")
                .status())
        .isEqualTo(200);
  }

  @Test
  void aQueuedJobIsCancelledOnceAndForAll() {
    String id = server.post("/sessions/s1/message", "{\"content\":\"hi\"}").at("/job/id");
    Reply cancelled = server.post("/jobs/" + id + "/cancel", "");
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.at("/job/status")).isEqualTo("cancelled");
    assertThat(server.post("/jobs/" + id + "/cancel", "").at("/job/completedAt"))
        .isEqualTo(cancelled.at("/job/completedAt"));
    assertThat(server.get("/jobs/" + id).at("/job/status")).isEqualTo("cancelled");
  }

  @Test
  void aFinishedJobStaysAsItEnded() {
    server.post("/sessions/s1/message", "{\"content\":\"hi\"}");
    MessageSubmitted submission = awaitSubmission();
    complete(submission);
    assertThat(server.post("/jobs/" + submission.jobId() + "/cancel", "").at("/job/status"))
        .isEqualTo("completed");
  }

  @Test
  void aForgedJobIdIsNotThere() {
    String id = server.post("/sessions/s1/message", "{\"content\":\"hi\"}").at("/job/id");
    char last = id.charAt(10);
    String forged = id.substring(0, 10) + (last == 'a' ? 'b' : 'a') + id.substring(11);
    for (String path : List.of("/jobs/" + forged, "/jobs/" + forged + "/events", "/jobs/%2e%2e")) {
      assertThat(server.get(path).at("/error/code")).isEqualTo("job_not_found");
    }
    assertThat(server.post("/jobs/" + forged + "/cancel", "").status()).isEqualTo(404);
  }

  @Test
  void theEventsOfAJobEndWithItsEndAlsoWhenNothingLiveIsKept() {
    server.post("/sessions/s1/message", "{\"content\":\"hi\"}");
    MessageSubmitted submission = awaitSubmission();
    complete(submission);
    Reply events = server.get("/jobs/" + submission.jobId() + "/events");
    assertThat(events.header("content-type")).startsWith("text/event-stream");
    assertThat(eventNames(events))
        .containsExactly("session.message.started", "response.started", "response.completed");
    assertThat(events.body()).contains("\"text\":\"pong\"").contains("\"session\":{");
  }

  @Test
  void whatACallSaysIsStreamedOnceAndCanBeTakenUpAgain() {
    Thread.startVirtualThread(() -> {
      MessageSubmitted submission = awaitSubmission();
      say(submission.jobId(), 1, "session.message.started", "{}");
      say(submission.jobId(), 2, "response.started", "{}");
      say(submission.jobId(), 3, "response.text.delta", "{\"delta\":\"po\"}");
      say(submission.jobId(), 4, "response.text.delta", "{\"delta\":\"ng\"}");
      complete(submission);
    });
    Reply events = server.post("/sessions/s1/message?stream=true", "{\"content\":\"hi\"}");
    assertThat(events.status()).isEqualTo(200);
    assertThat(eventNames(events))
        .containsExactly(
            "session.message.started",
            "response.started",
            "response.text.delta",
            "response.text.delta",
            "response.completed");
    Reply rest =
        server.get(
            "/jobs/" + awaitSubmission().jobId() + "/events",
            "last-event-id",
            Long.toString(LiveEvent.sequence(1, 3)));
    assertThat(eventNames(rest)).containsExactly("response.text.delta", "response.completed");
    assertThat(rest.body()).contains("\"delta\":\"ng\"").doesNotContain("\"delta\":\"po\"");
  }

  @Test
  void whoHeardAJobEndHearsItsNewEndOnceItWasSentAgain() {
    server.post("/sessions/s1/message", "{\"content\":\"hi\"}");
    MessageSubmitted submission = awaitSubmission();
    String path = "/jobs/" + submission.jobId() + "/events";
    say(submission.jobId(), 1, "session.message.started", "{}");
    server.stores.jobs.put(submission.jobId(), deadLettered(submission));
    Reply first = server.get(path);
    assertThat(eventNames(first)).containsExactly("session.message.started", "response.error");
    String end = lastId(first);
    for (int i = 0; i < 5; i++) {
      Reply again = server.get(path, "last-event-id", end);
      assertThat(eventNames(again)).containsExactly("response.error");
      assertThat(lastId(again)).as("the same event has the same id").isEqualTo(end);
    }

    assertThat(server.stores.reopen(submission.tenantId(), submission.jobId(), "dead_lettered"))
        .isTrue();
    Thread.startVirtualThread(() -> {
      say(submission.jobId(), 2, 1, "response.retry", "{}");
      say(submission.jobId(), 2, 2, "session.message.started", "{}");
      say(submission.jobId(), 2, 3, "response.text.delta", "{\"delta\":\"pong\"}");
      complete(submission, 2);
    });
    Reply resumed = server.get(path, "last-event-id", end);
    assertThat(eventNames(resumed))
        .containsExactly(
            "response.retry",
            "session.message.started",
            "response.text.delta",
            "response.completed");
    assertThat(Long.parseLong(lastId(resumed))).isGreaterThan(Long.parseLong(end));
    assertThat(eventNames(server.get(path)))
        .as("from the beginning")
        .containsExactly(
            "session.message.started",
            "response.retry",
            "session.message.started",
            "response.text.delta",
            "response.completed");
    assertThat(eventNames(server.get(path, "last-event-id", lastId(resumed))))
        .containsExactly("response.completed");
  }

  private static String lastId(Reply events) {
    return events
        .body()
        .lines()
        .filter(line -> line.startsWith("id: "))
        .reduce("", (before, line) -> line.substring(4));
  }

  @Test
  void aBodyThatAsksForAStreamGetsOneOnlyWhenTheClientTakesEvents() {
    assertThat(server.post("/sessions/s1/message", "{\"content\":\"hi\",\"stream\":true}").status())
        .isEqualTo(202);
  }

  @Test
  void manyMessagesAreTakenLineByLine() throws Exception {
    Reply reply =
        server.post(
            "/messages",
            """
            {"sessionId":"s1","content":"a","customId":"c1"}
            {"sessionId":"nope","content":"b","customId":"c2"}
            not json

            {"content":"c"}
            {"sessionId":"s1","content":"d"}
            """,
            "content-type",
            "application/x-ndjson");
    assertThat(reply.status()).isEqualTo(200);
    String[] lines = reply.body().split("\n");
    assertThat(lines).hasSize(5);
    assertThat(Json.mapper().readTree(lines[0]).at("/job/status").asText()).isEqualTo("queued");
    assertThat(Json.mapper().readTree(lines[0]).at("/customId").asText()).isEqualTo("c1");
    assertThat(Json.mapper().readTree(lines[1]).at("/status").asInt()).isEqualTo(404);
    assertThat(Json.mapper().readTree(lines[2]).at("/error/code").asText())
        .isEqualTo("invalid_json");
    assertThat(Json.mapper().readTree(lines[3]).at("/error/param").asText()).isEqualTo("sessionId");
    assertThat(Json.mapper().readTree(lines[4]).at("/index").asInt()).isEqualTo(4);
    assertThat(server.log.accepted).hasSize(2);
  }

  @Test
  void tooManyLinesAreNotRead() {
    Reply reply =
        server.post(
            "/messages",
            "{\"sessionId\":\"s1\",\"content\":\"a\"}\n".repeat(10_001),
            "content-type",
            "application/x-ndjson");
    assertThat(reply.body().split("\n")).hasSize(10_001);
    assertThat(reply.body())
        .endsWith(
            "were not read\",\"name\":\"PayloadTooLargeError\","
                + "\"requestId\":\""
                + reply.header("x-request-id")
                + "\"}}\n");
    assertThat(server.log.accepted).hasSize(10_000);
  }

  private void say(JobId id, int number, String type, String data) {
    say(id, 1, number, type, data);
  }

  private void say(JobId id, int attempt, int number, String type, String data) {
    try {
      server.stores.live.append(
          id,
          List.of(
              new LiveEvent(
                  LiveEvent.sequence(attempt, number),
                  type,
                  Instant.now(),
                  Json.mapper().readValue(data, ObjectNode.class))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> eventNames(Reply events) {
    return events
        .body()
        .lines()
        .filter(line -> line.startsWith("event: "))
        .map(line -> line.substring(7))
        .toList();
  }

  private MessageSubmitted awaitSubmission() {
    Awaitility.await().until(() -> !server.log.accepted.isEmpty());
    return (MessageSubmitted) server.log.accepted.getFirst();
  }

  private void complete(MessageSubmitted submission) {
    complete(submission, 1);
  }

  private void complete(MessageSubmitted submission, int attempts) {
    server.stores.jobs.put(submission.jobId(), completed(submission, attempts));
    server.waiters.signal(submission.jobId());
  }

  private static Job deadLettered(MessageSubmitted submission) {
    Instant now = Instant.now();
    return new Job(
        submission.jobId(),
        submission.tenantId(),
        submission.sessionId(),
        JobStatus.FAILED,
        1,
        null,
        submission.acceptedAt(),
        null,
        now,
        null,
        null,
        new JobError("dead_lettered", "the job could not be handled: exhausted"));
  }

  private static Job completed(MessageSubmitted submission, int attempts) {
    TokenUsage usage = new TokenUsage(1, 2, 0, 0, 0, new BigDecimal("0.0012300"), false);
    ChatResponse response =
        new ChatResponse(
            "pong",
            List.of(new Part.Text("pong")),
            FinishReason.STOP,
            "m",
            "openai",
            List.of(),
            usage,
            "default:m");
    Instant now = Instant.now();
    return new Job(
        submission.jobId(),
        submission.tenantId(),
        submission.sessionId(),
        JobStatus.COMPLETED,
        attempts,
        null,
        submission.acceptedAt(),
        now,
        now,
        null,
        response,
        null);
  }
}
