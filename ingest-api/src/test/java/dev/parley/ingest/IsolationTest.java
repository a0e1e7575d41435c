package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.RouteTable.Route;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks every route as another tenant, with the ids of the first. A route that is not in the walk
 * fails it.
 */
final class IsolationTest {

  private static final String EXPORT = "2026-01-31.csv";

  @TempDir private Path exports;
  private ApiServer server;
  private String job;
  private String cursor;
  private String keyId;

  @BeforeEach
  void start() throws IOException {
    server = ApiServer.start(Map.of("EXPORT_DIR", exports.toString()));
    for (int i = 0; i < 3; i++) {
      server.post(
          "/sessions",
          "{\"sessionId\":\"s"
              + i
              + "\",\"messages\":[{\"role\":\"user\",\"content\":\"SECRET\"}]}");
    }
    job =
        server
            .post("/sessions/s1/message", "{\"content\":\"SECRET\"}", "idempotency-key", "k")
            .at("/job/id");
    cursor = server.get("/sessions?limit=1").at("/sessions/nextCursor");
    keyId =
        server.stores.keys.values().stream()
            .filter(key -> key.tenantId().equals(ApiServer.TENANT))
            .findFirst()
            .orElseThrow()
            .id();
    Path folder = Files.createDirectories(exports.resolve("acme"));
    Files.writeString(folder.resolve(EXPORT), "SECRET");
    Files.writeString(
        folder.resolve("2026-01-31.manifest.json"),
        "{\"tenantId\":\"acme\",\"file\":\"SECRET\",\"day\":\"2026-01-31\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A call with the first tenant's things, and how it is to be answered. */
  private record Step(String route, String path, String body, int status) {}

  private List<Step> steps() {
    return List.of(
        new Step("POST /sessions", "/sessions", "{\"tenantId\":\"acme\"}", 403),
        new Step("GET /sessions", "/sessions?cursor=" + cursor, "", 200),
        new Step("GET /sessions", "/sessions?tenantId=acme", "", 403),
        new Step("GET /sessions/{id}", "/sessions/s1?include=messages,usage,cost", "", 404),
        new Step("DELETE /sessions/{id}", "/sessions/s1", "", 404),
        new Step("GET /sessions/{id}/messages", "/sessions/s1/messages", "", 404),
        new Step("POST /sessions/{id}/fork", "/sessions/s1/fork", "{\"fromMessageIndex\":0}", 404),
        new Step("POST /sessions/{id}/compact", "/sessions/s1/compact", "", 404),
        new Step(
            "POST /sessions/{id}/compact", "/sessions/s1/compact", "{\"tenantId\":\"acme\"}", 403),
        new Step("POST /sessions/{id}/message", "/sessions/s1/message", "{\"content\":\"x\"}", 404),
        new Step(
            "POST /sessions/{id}/message",
            "/sessions/s1/message",
            "{\"content\":\"x\",\"createSession\":true,\"tenantId\":\"acme\"}",
            403),
        new Step("POST /messages", "/messages", "{\"sessionId\":\"s1\",\"content\":\"x\"}", 200),
        new Step("GET /jobs", "/jobs?sessionId=s1", "", 200),
        new Step("GET /jobs", "/jobs?tenantId=acme", "", 403),
        new Step("GET /jobs/{id}", "/jobs/" + job, "", 404),
        new Step("GET /jobs/{id}/events", "/jobs/" + job + "/events", "", 404),
        new Step("POST /jobs/{id}/cancel", "/jobs/" + job + "/cancel", "", 404),
        new Step("GET /usage", "/usage?tenantId=acme", "", 403),
        new Step("GET /usage/export", "/usage/export?tenantId=acme", "", 403),
        new Step("GET /usage/events", "/usage/events?tenantId=acme", "", 403),
        new Step("GET /usage/reconciliation", "/usage/reconciliation", "", 200),
        new Step("GET /usage/reconciliation", "/usage/reconciliation?tenantId=acme", "", 403),
        new Step("GET /usage/exports", "/usage/exports", "", 200),
        new Step("GET /usage/exports", "/usage/exports?tenantId=acme", "", 403),
        new Step("GET /usage/exports/{name}", "/usage/exports/" + EXPORT, "", 404),
        new Step(
            "GET /usage/exports/{name}", "/usage/exports/" + EXPORT + "?tenantId=acme", "", 403),
        new Step("GET /usage/exports/{name}", "/usage/exports/..%2Facme%2F" + EXPORT, "", 404),
        new Step("POST /admin/keys", "/admin/keys", "{\"tenantId\":\"acme\"}", 403),
        new Step("GET /admin/keys", "/admin/keys?tenantId=acme", "", 403),
        new Step("DELETE /admin/keys/{id}", "/admin/keys/" + keyId, "", 403),
        new Step("GET /admin/dead-letters", "/admin/dead-letters", "", 403),
        new Step("GET /admin/dead-letters/{id}", "/admin/dead-letters/0-0", "", 403),
        new Step(
            "POST /admin/dead-letters/{id}/redrive", "/admin/dead-letters/0-0/redrive", "", 403),
        new Step("GET /admin/tenants", "/admin/tenants", "", 403),
        new Step("GET /admin/tenants/{id}", "/admin/tenants/acme", "", 403),
        new Step("PUT /admin/tenants/{id}", "/admin/tenants/other", "{\"weight\":9}", 403),
        new Step("DELETE /admin/tenants/{id}", "/admin/tenants/acme", "", 403),
        new Step(
            "GET /admin/tenants/{id}/provider-keys", "/admin/tenants/acme/provider-keys", "", 403),
        new Step(
            "PUT /admin/tenants/{id}/provider-keys/{provider}",
            "/admin/tenants/acme/provider-keys/openai",
            "{\"key\":\"sk\"}",
            403),
        new Step(
            "DELETE /admin/tenants/{id}/provider-keys/{provider}",
            "/admin/tenants/acme/provider-keys/openai",
            "",
            403));
  }

  @Test
  void anotherTenantSeesNothingAndChangesNothingOnAnyRoute() {
    List<String> before = state();
    Set<String> walked = new TreeSet<>();
    for (Step step : steps()) {
      String method = step.route().substring(0, step.route().indexOf(' '));
      String type = step.path().equals("/messages") ? "application/x-ndjson" : "application/json";
      Reply reply =
          server.call(
              method,
              step.path(),
              step.body(),
              "authorization",
              "Bearer " + server.otherKey,
              "content-type",
              type,
              "idempotency-key",
              "k");
      assertThat(reply.status()).as("%s: %s", step, reply.body()).isEqualTo(step.status());
      assertThat(reply.body()).as("%s", step).doesNotContain("SECRET", "\"acme\"", "\"s0\"");
      walked.add(step.route());
    }
    assertThat(walked).isEqualTo(closedRoutes());
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void aLineOfABulkRequestFindsNoSessionOfAnotherTenant() {
    Reply reply =
        server.post(
            "/messages",
            "{\"sessionId\":\"s1\",\"content\":\"x\"}\n",
            "authorization",
            "Bearer " + server.otherKey,
            "content-type",
            "application/x-ndjson");
    assertThat(reply.at("/error/code")).isEqualTo("session_not_found");
  }

  @Test
  void withoutCredentialsOnlyOpenRoutesAnswer() {
    List<String> before = state();
    for (Route route : server.api().routes()) {
      for (String credentials : List.of("", "Bearer pk_" + "0".repeat(64), "Basic YTpi")) {
        Reply reply = anonymous(route, credentials);
        if (route.access() == Access.OPEN) {
          assertThat(reply.status()).as("%s", route).isEqualTo(200);
        } else {
          assertThat(reply.status()).as("%s", route).isEqualTo(401);
          assertThat(reply.at("/error/code")).isEqualTo("unauthorized");
        }
      }
    }
    assertThat(
            server.api().routes().stream()
                .filter(route -> route.access() == Access.OPEN)
                .map(Route::path))
        .containsExactlyInAnyOrder(
            "/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs");
    assertThat(state()).isEqualTo(before);
  }

  private Reply anonymous(Route route, String credentials) {
    String path =
        route
            .path()
            .replace("{id}", "s1")
            .replace("{name}", EXPORT)
            .replace("{provider}", "openai");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(
                route.method(),
                route.method().equals("POST")
                    ? HttpRequest.BodyPublishers.ofString("{\"content\":\"x\"}")
                    : HttpRequest.BodyPublishers.noBody())
            .header("content-type", "application/json");
    if (!credentials.isEmpty()) {
      request.header("authorization", credentials);
    }
    return server.send(request.build());
  }

  private Set<String> closedRoutes() {
    Set<String> closed = new TreeSet<>();
    for (Route route : server.api().routes()) {
      if (route.access() != Access.OPEN) {
        closed.add(route.method() + " " + route.path());
      }
    }
    return closed;
  }

  /** All that the first tenant has. */
  private List<String> state() {
    return List.of(
        server.get("/sessions").body(),
        server.get("/sessions/s1").body(),
        server.get("/jobs/" + job).body(),
        server.stores.jobs.toString(),
        server.stores.keys.toString(),
        Integer.toString(server.log.accepted.size()));
  }
}
