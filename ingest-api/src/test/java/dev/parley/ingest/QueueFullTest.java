package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.ingest.testing.FakeSubmissionLog;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tenant that has too many messages waiting. */
final class QueueFullTest {

  private static final String MESSAGE = "{\"content\":\"hello\"}";

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start(Map.of("MAX_QUEUED", "2"));
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Reply send(String... headers) {
    return server.post("/sessions/s1/message", MESSAGE, headers);
  }

  private static void assertFull(Reply reply) {
    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.at("/error/code")).isEqualTo("queue_full");
    assertThat(reply.at("/error/name")).isEqualTo("RateLimitError");
    assertThat(reply.header("retry-after")).isEqualTo("5");
    assertThat(reply.header("location")).isEmpty();
  }

  @Test
  void itIsRefusedUntilOneOfThemHasEnded() {
    JobId first = new JobId(send().at("/job/id"));
    assertThat(send().status()).isEqualTo(202);
    assertFull(send());
    assertFull(send("prefer", "wait=5"));
    assertFull(send("accept", "text/event-stream"));
    assertThat(server.log.accepted).hasSize(2);

    server.api().jobEnded(first);
    assertThat(send().status()).isEqualTo(202);
    assertFull(send());
  }

  @Test
  void aCancelledJobMakesRoomAtOnce() {
    String job = send().at("/job/id");
    send();
    assertFull(send());
    assertThat(server.post("/jobs/" + job + "/cancel", "").status()).isEqualTo(200);
    assertThat(send().status()).isEqualTo(202);
  }

  @Test
  void whatWasNotAcceptedTakesNoRoom() {
    server.log.mode = FakeSubmissionLog.Mode.FAIL;
    for (int i = 0; i < 5; i++) {
      assertThat(send().status()).isEqualTo(503);
    }
    server.log.mode = FakeSubmissionLog.Mode.ACKNOWLEDGE;
    assertThat(send().status()).isEqualTo(202);
    assertThat(send().status()).isEqualTo(202);
    assertFull(send());
  }

  @Test
  void aRepeatOfWhatWasAcceptedIsAnsweredAndAKeyThatWasRefusedCanBeUsedAgain() {
    String[] known = {"idempotency-key", "known"};
    Reply first = send(known);
    JobId other = new JobId(send().at("/job/id"));
    Reply again = send(known);
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.at("/job/id")).isEqualTo(first.at("/job/id"));
    assertThat(again.header("idempotent-replayed")).isEqualTo("true");

    assertFull(send("idempotency-key", "fresh"));
    server.api().jobEnded(other);
    Reply taken = send("idempotency-key", "fresh");
    assertThat(taken.status()).isEqualTo(202);
    assertThat(taken.header("idempotent-replayed")).isEmpty();
  }

  @Test
  void manyMessagesAreRefusedLineByLine() throws Exception {
    String line = "{\"sessionId\":\"s1\",\"content\":\"x\"}\n";
    Reply reply = server.post("/messages", line.repeat(4), "content-type", "application/x-ndjson");
    assertThat(reply.status()).isEqualTo(200);
    List<String> lines = reply.body().lines().toList();
    assertThat(lines).hasSize(4);
    for (int i = 0; i < 4; i++) {
      JsonNode answer = Json.mapper().readTree(lines.get(i));
      assertThat(answer.get("status").asInt()).isEqualTo(i < 2 ? 202 : 429);
      assertThat(answer.at("/error/code").asText()).isEqualTo(i < 2 ? "" : "queue_full");
    }
  }

  @Test
  void aTenantsOwnLimitTakesTheDefaultsPlace() {
    server.call(
        "PUT",
        "/admin/tenants/acme",
        "{\"maxQueued\":0}",
        "authorization",
        "Bearer " + server.adminKey);
    assertFull(send());
    server.call(
        "PUT",
        "/admin/tenants/acme",
        "{\"maxQueued\":3}",
        "authorization",
        "Bearer " + server.adminKey);
    for (int i = 0; i < 3; i++) {
      assertThat(send().status()).isEqualTo(202);
    }
    assertFull(send());
  }
}
