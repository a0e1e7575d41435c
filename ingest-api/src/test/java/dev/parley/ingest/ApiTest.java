package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.ingest.testing.FakeStores;
import dev.parley.ingest.testing.FakeSubmissionLog;
import dev.parley.runtime.Health;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.chat.ReasoningOptions;
import dev.parley.schemas.chat.ReasoningOptions.Effort;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ApiTest {

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aSessionIsCreatedAndReadBackWithItsMessages() {
    Reply created =
        server.post(
            "/sessions",
            """
            {"sessionId":"s1","system":"Be brief.","model":"m","metadata":{"a":1.10},
             "messages":[{"role":"user","content":"hi"}]}\
            """);
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("location")).isEqualTo("/sessions/s1");
    assertThat(created.at("/session/id")).isEqualTo("s1");
    assertThat(created.at("/session/messageCount")).isEqualTo("2");

    Reply read = server.get("/sessions/s1");
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.at("/session/tenantId")).isEqualTo("acme");
    assertThat(read.at("/session/messages/0/role")).isEqualTo("system");
    assertThat(read.at("/session/messages/1/content")).isEqualTo("hi");
    assertThat(read.at("/session/totals/costUSD")).isEqualTo("0");
    assertThat(read.body()).contains("\"a\":1.10");

    Reply bare = server.get("/sessions/s1?include=usage");
    assertThat(bare.json().at("/session").has("messages")).isFalse();
    assertThat(bare.json().at("/session").has("totals")).isFalse();
    assertThat(bare.json().at("/session").has("usage")).isTrue();
  }

  @Test
  void aSecondSessionOfTheSameIdIsAConflict() {
    assertThat(server.post("/sessions", "{\"sessionId\":\"s1\"}").status()).isEqualTo(201);
    Reply second = server.post("/sessions", "{\"sessionId\":\"s1\",\"system\":\"other\"}");
    assertThat(second.status()).isEqualTo(409);
    assertThat(second.at("/error/code")).isEqualTo("session_already_exists");
    assertThat(server.get("/sessions/s1").json().at("/session").has("system")).isFalse();
  }

  @Test
  void aMessageIsAcceptedOnceTheLogHasIt() {
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    Reply reply =
        server.post(
            "/sessions/s1/message",
            "{\"content\":\"hello\",\"requestId\":\"r\",\"priority\":3,\"unknown\":true}");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.at("/job/status")).isEqualTo("queued");
    assertThat(reply.at("/job/sessionId")).isEqualTo("s1");
    assertThat(reply.header("location")).isEqualTo("/jobs/" + reply.at("/job/id"));
    assertThat(server.log.accepted).hasSize(1);
    MessageSubmitted submitted = (MessageSubmitted) server.log.accepted.getFirst();
    assertThat(submitted.jobId().value()).isEqualTo(reply.at("/job/id"));
    assertThat(submitted.options().priority()).isEqualTo(3);

    Reply job = server.get("/jobs/" + reply.at("/job/id"));
    assertThat(job.status()).isEqualTo(200);
    assertThat(job.at("/job/status")).isEqualTo("queued");
    assertThat(job.at("/job/createdAt")).isEqualTo(reply.at("/job/createdAt"));
  }

  @Test
  void reasoningIsAskedForByALevelOrByMore() {
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    for (String reasoning :
        List.of(
            "\"high\"", "{\"effort\":\"low\",\"summary\":false}", "{\"maxTokens\":1999}", "null")) {
      Reply reply =
          server.post(
              "/sessions/s1/message",
              "{\"content\":\"hello\",\"maxTokens\":2000,\"reasoning\":" + reasoning + "}");
      assertThat(reply.status()).isEqualTo(202);
    }
    assertThat(server.log.accepted)
        .extracting(accepted -> ((MessageSubmitted) accepted).options().reasoning())
        .containsExactly(
            new ReasoningOptions(Effort.HIGH, null, null),
            new ReasoningOptions(Effort.LOW, null, false),
            new ReasoningOptions(null, 1_999, null),
            null);
  }

  @Test
  void aMessageThatIsNotAcknowledgedIsNotAccepted() {
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    server.log.mode = FakeSubmissionLog.Mode.FAIL;
    Reply reply = server.post("/sessions/s1/message", "{\"content\":\"hello\"}");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.at("/error/code")).isEqualTo("unavailable");
    assertThat(reply.header("retry-after")).isNotEmpty();
  }

  @Test
  void aMessageToASessionThatIsNotThereIsRefusedUnlessItMayBeMade() {
    Reply refused = server.post("/sessions/nope/message", "{\"content\":\"hello\"}");
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.at("/error/code")).isEqualTo("session_not_found");
    assertThat(server.log.accepted).isEmpty();
    Reply made =
        server.post("/sessions/nope/message", "{\"content\":\"hello\",\"createSession\":true}");
    assertThat(made.status()).isEqualTo(202);
  }

  @Test
  void theSecondMessageNeedNotWaitForTheFirstToMakeTheSession() {
    server.post("/sessions/new/message", "{\"content\":\"hello\",\"createSession\":true}");
    assertThat(server.post("/sessions/new/message", "{\"content\":\"again\"}").status())
        .isEqualTo(202);
    String[] other = {"authorization", "Bearer " + server.otherKey};
    assertThat(server.post("/sessions/new/message", "{\"content\":\"x\"}", other).status())
        .isEqualTo(404);
  }

  @Test
  void anEmptyFilterIsRefused() {
    for (String filter : new String[] {"model=", "provider=", "model", "provider=%20"}) {
      Reply refused = server.get("/sessions?" + filter);
      assertThat(refused.status()).as(filter).isEqualTo(400);
      assertThat(refused.at("/error/code")).as(filter).isEqualTo("invalid_session_filter");
    }
  }

  @Test
  void anotherTenantsThingsAreNotThere() {
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    String job = server.post("/sessions/s1/message", "{\"content\":\"x\"}").at("/job/id");
    String[] other = {"authorization", "Bearer " + server.otherKey};
    assertThat(server.get("/sessions/s1", other).status()).isEqualTo(404);
    assertThat(server.get("/sessions/s1/messages", other).status()).isEqualTo(404);
    assertThat(server.post("/sessions/s1/message", "{\"content\":\"x\"}", other).status())
        .isEqualTo(404);
    assertThat(server.get("/jobs/" + job, other).at("/error/code")).isEqualTo("job_not_found");
    assertThat(server.get("/usage?tenantId=acme", other).at("/error/code"))
        .isEqualTo("tenant_mismatch");
    assertThat(server.post("/sessions", "{\"tenantId\":\"acme\"}", other).status()).isEqualTo(403);
  }

  @Test
  void withoutAValidKeyNothingIsAnswered() {
    HttpRequest bare =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/sessions/x"))
            .build();
    Reply none = server.send(bare);
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.at("/error/code")).isEqualTo("unauthorized");
    assertThat(none.header("www-authenticate")).startsWith("Bearer");
    assertThat(server.get("/sessions/x", "authorization", "Bearer wrong").status()).isEqualTo(401);
  }

  @Test
  void aKeyThatWasSeenWorksOnWhileTheStoreIsAway() {
    assertThat(server.get("/sessions/x").status()).isEqualTo(404);
    server.stores.away = true;
    Reply known = server.get("/sessions/x");
    assertThat(known.status()).isEqualTo(503);
    assertThat(known.header("retry-after")).isNotEmpty();
    assertThat(server.get("/usage", "authorization", "Bearer " + server.otherKey).status())
        .isEqualTo(503);
  }

  @Test
  void messagesArePagedByOffsetBothWays() {
    server.post(
        "/sessions",
        """
        {"sessionId":"s1","messages":[
          {"role":"user","content":"0"},{"role":"assistant","content":"1"},
          {"role":"user","content":"2"},{"role":"assistant","content":"3"},
          {"role":"user","content":"4"}]}\
        """);
    Reply first = server.get("/sessions/s1/messages?limit=2");
    assertThat(first.json().at("/messages/items"))
        .extracting(m -> m.get("content").asText())
        .containsExactly("0", "1");
    assertThat(first.at("/messages/nextCursor")).isEqualTo("2");
    assertThat(first.json().at("/messages").has("previousCursor")).isFalse();
    Reply last = server.get("/sessions/s1/messages?limit=2&cursor=4");
    assertThat(last.json().at("/messages").has("nextCursor")).isFalse();
    assertThat(last.at("/messages/previousCursor")).isEqualTo("4");
    Reply back = server.get("/sessions/s1/messages?limit=2&cursor=4&direction=backward");
    assertThat(back.json().at("/messages/items"))
        .isEqualTo(
            server.get("/sessions/s1/messages?limit=2&cursor=2").json().at("/messages/items"));
    Reply newest = server.get("/sessions/s1/messages?limit=2&direction=backward");
    assertThat(newest.json().at("/messages/items"))
        .extracting(m -> m.get("content").asText())
        .containsExactly("3", "4");
    assertThat(newest.at("/messages/nextCursor")).isEqualTo("3");
    Reply older = server.get("/sessions/s1/messages?limit=2&direction=backward&cursor=3");
    assertThat(older.json().at("/messages/items"))
        .extracting(m -> m.get("content").asText())
        .containsExactly("1", "2");
  }

  @Test
  void toolResultsAreShownRedacted() {
    server.post(
        "/sessions",
        """
        {"sessionId":"s1","messages":[{"role":"tool","content":[
          {"type":"tool_result","toolCallId":"c","result":{"secret":42}}]}]}\
        """);
    Reply read = server.get("/sessions/s1");
    assertThat(read.body()).doesNotContain("secret");
    assertThat(read.at("/session/messages/0/content/0/result")).isEqualTo("[redacted]");
    assertThat(read.at("/session/messages/0/content/0/redacted")).isEqualTo("true");
  }

  @Test
  void usageIsSummedExactlyAndBrokenDown() {
    server.stores.sums =
        List.of(
            FakeStores.sum(List.of("openai", "a"), 1, "0.1000"),
            FakeStores.sum(List.of("openai", "b"), 2, "0.20000000000000000001"));
    Reply reply = server.get("/usage");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).contains("\"totalCostUSD\":0.30000000000000000001");
    assertThat(reply.at("/requestCount")).isEqualTo("3");
    assertThat(reply.at("/breakdown/1/model")).isEqualTo("b");
    assertThat(server.stores.askedFilter.tenantId()).isEqualTo(ApiServer.TENANT);
  }

  @Test
  void boundsBetweenTwoMillisecondsLeaveOutWhatLiesBeforeThem() {
    server.get("/usage?since=2026-01-31T12:00:00.0005Z&until=2026-01-31T13:00:00.001Z");
    assertThat(server.stores.askedFilter.since()).isEqualTo("2026-01-31T12:00:00.001Z");
    assertThat(server.stores.askedFilter.until()).isEqualTo("2026-01-31T13:00:00.001Z");
  }

  @Test
  void usageIsExportedAsCsvWithExactlyTheDocumentedColumns() {
    server.stores.sums = List.of(FakeStores.sum(List.of("openai", "=cmd"), 1, "0.0000005"));
    Reply reply = server.get("/usage/export?format=csv");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("content-type")).startsWith("text/csv");
    assertThat(reply.body())
        .startsWith(
            "provider,model,requestCount,totalInputTokens,totalOutputTokens,totalReasoningTokens,"
                + "totalCachedTokens,totalCostUSD\r\n")
        .contains(",0.000001\r\n")
        .doesNotContain(",=cmd");
    assertThat(server.get("/usage/export?format=xml").status()).isEqualTo(400);
    assertThat(server.get("/usage/export?format=json").json().isArray()).isTrue();
  }

  @Test
  void anAdministratorMayAskForAnotherTenantsUsage() {
    String[] admin = {"authorization", "Bearer " + server.adminKey};
    assertThat(server.get("/usage?tenantId=other", admin).status()).isEqualTo(200);
    assertThat(server.stores.askedFilter.tenantId()).isEqualTo(ApiServer.OTHER);
  }

  @Test
  void readinessNamesTheCause() {
    assertThat(server.get("/health/live").status()).isEqualTo(200);
    server.health.put("kafka", Health.down("kafka does not answer"));
    Reply reply = server.get("/health/ready");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.body()).contains("kafka does not answer");
    assertThat(server.get("/metrics").body()).contains("parley_http_requests");
  }

  @Test
  void sessionsAreListedNewestFirstAndPaged() {
    for (int i = 0; i < 3; i++) {
      server.post("/sessions", "{\"sessionId\":\"s" + i + "\",\"model\":\"m\"}");
    }
    server.post("/sessions", "{\"sessionId\":\"x\",\"model\":\"n\"}");
    Reply first = server.get("/sessions?limit=2&model=m");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.at("/tenantId")).isEqualTo("acme");
    assertThat(first.json().at("/sessions/items")).hasSize(2);
    Reply second =
        server.get("/sessions?limit=2&model=m&cursor=" + first.at("/sessions/nextCursor"));
    assertThat(second.json().at("/sessions/items")).hasSize(1);
    assertThat(second.json().at("/sessions").has("nextCursor")).isFalse();
    assertThat(server.get("/sessions?cursor=nonsense").at("/error/code"))
        .isEqualTo("invalid_cursor");
    assertThat(
            server
                .get("/sessions", "authorization", "Bearer " + server.otherKey)
                .json()
                .at("/sessions/items"))
        .isEmpty();
  }

  @Test
  void aForkHasTheMessagesUpToTheOneItIsMadeFrom() {
    server.post(
        "/sessions",
        """
        {"sessionId":"s1","system":"sys","messages":[
          {"role":"user","content":"1"},{"role":"assistant","content":"2"}]}\
        """);
    Reply forked =
        server.post("/sessions/s1/fork", "{\"fromMessageIndex\":1,\"newSessionId\":\"f\"}");
    assertThat(forked.status()).isEqualTo(201);
    assertThat(forked.at("/forkedFromSessionId")).isEqualTo("s1");
    assertThat(forked.at("/forkedFromMessageIndex")).isEqualTo("1");
    assertThat(forked.at("/resetUsage")).isEqualTo("true");
    assertThat(server.get("/sessions/f").json().at("/session/messages"))
        .extracting(m -> m.get("content").asText())
        .containsExactly("sys", "1");
    for (String bad : List.of("{}", "{\"fromMessageIndex\":3}", "{\"fromMessageIndex\":-1}")) {
      assertThat(server.post("/sessions/s1/fork", bad).at("/error/code"))
          .isEqualTo("invalid_fork_index");
    }
    assertThat(
            server
                .post("/sessions/s1/fork", "{\"fromMessageIndex\":0,\"newSessionId\":\"f\"}")
                .status())
        .isEqualTo(409);
    assertThat(server.post("/sessions/nope/fork", "{\"fromMessageIndex\":0}").status())
        .isEqualTo(404);
  }

  @Test
  void aDeletedSessionIsGoneAtOnce() {
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
    server.post("/sessions/s1/message", "{\"content\":\"x\"}");
    Reply deleted = server.call("DELETE", "/sessions/s1", "");
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.at("/deleted")).isEqualTo("true");
    assertThat(server.get("/sessions/s1").status()).isEqualTo(404);
    assertThat(server.post("/sessions/s1/message", "{\"content\":\"x\"}").status()).isEqualTo(404);
    assertThat(server.call("DELETE", "/sessions/s1", "").status()).isEqualTo(404);
  }

  @Test
  void keysAreMadeListedAndRevokedByAdministratorsOnly() {
    assertThat(server.post("/admin/keys", "{\"tenantId\":\"new\"}").at("/error/code"))
        .isEqualTo("forbidden");
    String[] admin = {"authorization", "Bearer " + server.adminKey};
    Reply made = server.post("/admin/keys", "{\"tenantId\":\"new\",\"label\":\"l\"}", admin);
    assertThat(made.status()).isEqualTo(201);
    String key = made.at("/apiKey/key");
    assertThat(server.get("/usage", "authorization", "Bearer " + key).status()).isEqualTo(200);
    Reply listed = server.get("/admin/keys?tenantId=new", admin);
    assertThat(listed.json().at("/apiKeys/items")).hasSize(1);
    assertThat(listed.body()).doesNotContain(key);
    assertThat(server.call("DELETE", "/admin/keys/" + made.at("/apiKey/id"), "", admin).status())
        .isEqualTo(200);
    assertThat(server.call("DELETE", "/admin/keys/nope", "", admin).status()).isEqualTo(404);
  }

  @Test
  void whoSendsTooMuchIsToldWhenToComeAgain() {
    try (ApiServer limited =
        ApiServer.start(Map.of("RATE_LIMIT_PER_SECOND", "1", "RATE_LIMIT_BURST", "2"))) {
      Reply first = limited.get("/usage");
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.header("ratelimit-limit")).isEqualTo("2");
      limited.get("/usage");
      Reply refused = limited.get("/usage");
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.at("/error/code")).isEqualTo("rate_limited");
      assertThat(refused.header("retry-after")).isEqualTo("1");
      assertThat(limited.get("/usage", "authorization", "Bearer " + limited.otherKey).status())
          .isEqualTo(200);
    }
  }

  @Test
  void aTrustedHeaderNamesTheTenant() {
    try (ApiServer trusting = ApiServer.start(Map.of("AUTH_MODE", "trusted-header"))) {
      assertThat(trusting.get("/usage").status()).isEqualTo(401);
      assertThat(trusting.get("/usage", "x-tenant-id", "t1").status()).isEqualTo(200);
      assertThat(trusting.stores.askedFilter.tenantId().value()).isEqualTo("t1");
    }
  }

  @Test
  void aTrustedHeaderThatStandsTwiceNamesNobody() {
    try (ApiServer trusting = ApiServer.start(Map.of("AUTH_MODE", "trusted-header"))) {
      URI usage = URI.create("http://127.0.0.1:" + trusting.port() + "/usage");
      HttpRequest.Builder request = HttpRequest.newBuilder(usage).header("x-tenant-id", "t1");
      assertThat(trusting.send(request.build()).status()).isEqualTo(200);
      assertThat(trusting.send(request.header("x-tenant-id", "t2").build()).status())
          .isEqualTo(401);
      URI keys = URI.create("http://127.0.0.1:" + trusting.port() + "/admin/keys");
      HttpRequest.Builder admin =
          HttpRequest.newBuilder(keys).header("x-tenant-id", "t1").header("x-tenant-role", "admin");
      assertThat(trusting.send(admin.build()).status()).isEqualTo(200);
      assertThat(trusting.send(admin.header("x-tenant-role", "tenant").build()).status())
          .isEqualTo(403);
    }
  }
}
