package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.messages.SubmissionLog;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.ingest.testing.FakeSubmissionLog;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bulk requests whose lines the log acknowledges when and as it likes. */
final class BulkTest {

  private static final int ON_THE_WAY = 4 * 1024 * 1024;

  private final ApiServer server = ApiServer.start();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void hold() {
    server.log.mode = FakeSubmissionLog.Mode.HOLD;
  }

  @AfterEach
  void close() {
    // None may be waited for when the server ends.
    server.log.held.forEach(each -> each.complete(null));
    clients.close();
    server.close();
  }

  private static String line(String session, String content) {
    return "{\"sessionId\":\"%s\",\"createSession\":true,\"content\":\"%s\"}\n"
        .formatted(session, content);
  }

  private Future<Reply> send(String lines) {
    return clients.submit(
        () -> server.post("/messages", lines, "content-type", "application/x-ndjson"));
  }

  private void awaitHeld(int count) throws InterruptedException {
    for (int i = 0; i < 1_000 && server.log.held.size() < count; i++) {
      Thread.sleep(10);
    }
    assertThat(server.log.held).hasSize(count);
  }

  private static List<JsonNode> lines(Reply reply) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : reply.body().lines().toList()) {
      lines.add(Json.mapper().readTree(line));
    }
    return lines;
  }

  @Test
  void answersStandInTheLinesOrderWhateverTheLogsOrder() throws Exception {
    Future<Reply> call =
        send(
            line("s-0", "a")
                + "{\"sessionId\":\"s-1\",\"customId\":\"c\",\"createSession\":true}\n"
                + line("s-2", "b")
                + "no json\n"
                + line("s-4", "c"));
    awaitHeld(3);
    server.log.held.get(2).complete(null);
    server
        .log
        .held
        .get(1)
        .completeExceptionally(new SubmissionLog.UnavailableException("told to be away", null));
    assertThat(call.isDone()).isFalse();
    server.log.held.get(0).complete(null);

    Reply reply = call.get(10, TimeUnit.SECONDS);
    assertThat(reply.status()).isEqualTo(200);
    List<JsonNode> lines = lines(reply);
    assertThat(lines).extracting(line -> line.path("index").asInt()).containsExactly(0, 1, 2, 3, 4);
    assertThat(lines)
        .extracting(line -> line.path("status").asInt())
        .containsExactly(202, 400, 503, 400, 202);
    assertThat(lines)
        .extracting(line -> line.at("/job/sessionId").asText())
        .containsExactly("s-0", "", "", "", "s-4");
    assertThat(lines)
        .extracting(line -> line.at("/error/code").asText())
        .containsExactly("", "invalid_request", "unavailable", "invalid_json", "");
    assertThat(lines.get(1).path("customId").asText()).isEqualTo("c");
  }

  @Test
  void noMoreIsTakenInThanMayBeOnItsWay() throws Exception {
    int count = 60;
    String content = "x".repeat(100_000);
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < count; i++) {
      body.append(line("s-" + i, content));
    }
    // The one that goes over it is the last that is begun.
    int fit = ON_THE_WAY / (line("s-10", content).length() - 1) + 1;
    Future<Reply> call = send(body.toString());
    awaitHeld(fit);
    // Another one than the oldest makes no room: answers are made in order.
    server.log.held.get(1).complete(null);
    Thread.sleep(200);
    assertThat(server.log.held).hasSize(fit);

    server.log.held.get(0).complete(null);
    awaitHeld(fit + 2);
    for (int i = 2; i < count; i++) {
      awaitHeld(Math.min(count, fit + i));
      server.log.held.get(i).complete(null);
    }
    List<JsonNode> lines = lines(call.get(10, TimeUnit.SECONDS));
    assertThat(lines).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(lines.get(i).path("status").asInt()).isEqualTo(202);
      assertThat(lines.get(i).at("/job/sessionId").asText()).isEqualTo("s-" + i);
    }
  }
}
