package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.schemas.TenantId;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.slf4j.LoggerFactory;

/** A tenant's own key to a provider, on its whole way from an administrator to the provider. */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class TenantKeyIT {

  private static final String MASTER = "cGFybGV5LXRlc3QtbWFzdGVyLWtleS0zMi1ieXRlcyE=";
  private static final String OF_THE_DEPLOYMENT = "sk-of-the-deployment-9f2c";
  private static final String OF_THE_TENANT = "sk-of-the-tenant-51d8";

  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort());
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Everything logged = new Everything();
  private Door door;
  private String databaseUrl;
  private Pipeline pipeline;

  @BeforeAll
  void start(TestInfrastructure infrastructure) throws Exception {
    logged.listen();
    simulator.start();
    door = new Door(simulator.baseUrl().toString());
    databaseUrl = infrastructure.freshDatabase();
    pipeline =
        Pipeline.start(
            new Services(
                infrastructure.kafkaBootstrapServers(), databaseUrl, infrastructure.redisUrl()),
            Stage.DIRECTORY,
            Map.of(
                "OPENAI_BASE_URL",
                door.url() + "/v1",
                "OPENAI_API_KEY",
                OF_THE_DEPLOYMENT,
                "PROVIDER_KEYS_SECRET",
                MASTER,
                "USAGE_LOG",
                "console"));
    pipeline.workerHere();
  }

  @AfterAll
  void stop() {
    logged.leave();
    if (pipeline != null) {
      pipeline.close();
    }
    if (door != null) {
      door.close();
    }
    simulator.close();
    http.shutdownNow();
  }

  @Test
  void a_tenants_calls_are_made_with_its_own_key_and_all_others_with_the_deployments()
      throws Exception {
    ApiClient own = pipeline.client("own");
    ApiClient other = pipeline.client("other");
    URI api = own.get("/sessions").response().uri();
    String path = "/admin/tenants/" + own.tenant() + "/provider-keys";

    HttpResponse<String> set =
        admin(api, "PUT", path + "/openai", "{\"key\":\"" + OF_THE_TENANT + "\"}");
    assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    HttpResponse<String> listed = admin(api, "GET", path, "");
    assertThat(listed.body()).contains("openai");

    Answer ofOwn = own.message("talk", "mine", "prefer", "wait=30");
    Answer ofOther = other.message("talk", "theirs", "prefer", "wait=30");
    assertThat(ofOwn.status()).as("%s", ofOwn).isEqualTo(200);
    assertThat(ofOther.status()).as("%s", ofOther).isEqualTo(200);
    assertThat(ofOwn.json().at("/response/text").asText()).contains("You said: mine");

    assertThat(door.keysOf("mine")).containsExactly("Bearer " + OF_THE_TENANT);
    assertThat(door.keysOf("theirs")).containsExactly("Bearer " + OF_THE_DEPLOYMENT);

    String job = ofOwn.json().at("/job/id").asText();
    List<String> answers =
        List.of(
            set.body(),
            listed.body(),
            ofOwn.text(),
            own.get("/jobs/" + job).text(),
            own.get("/jobs/" + job + "/events").text(),
            own.get("/sessions/talk?include=messages,usage,cost").text(),
            own.get("/usage/events?format=csv").text(),
            admin(api, "GET", "/admin/tenants/" + own.tenant(), "").body(),
            admin(api, "GET", "/metrics", "").body());
    assertThat(String.join("\n", answers))
        .contains(job)
        .doesNotContain(OF_THE_TENANT)
        .doesNotContain(OF_THE_DEPLOYMENT);
    // The log was heard at all: it tells of the job's usage.
    assertThat(String.join("\n", logged.lines)).contains(job);
    assertThat(logged.lines)
        .noneMatch(line -> line.contains(OF_THE_TENANT) || line.contains(OF_THE_DEPLOYMENT));
  }

  @Test
  void nobody_but_an_administrator_sets_a_key() throws Exception {
    ApiClient client = pipeline.client("curious");
    Answer refused = client.get("/admin/tenants/" + client.tenant() + "/provider-keys");
    assertThat(refused.status()).isEqualTo(403);
  }

  private HttpResponse<String> admin(URI api, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(api.resolve(path))
            .header("authorization", "Bearer " + adminKey())
            .header("content-type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** As {@code ./parley keys} makes one. */
  private String adminKey() {
    Clock clock = Clock.systemUTC();
    Stores stores =
        new Stores(
            StoreConfig.fromEnv(Map.of("DATABASE_URL", databaseUrl), Scope.TENANT, 1), null, clock);
    try {
      stores.start();
      return new ApiKeys(stores.apiKeys(), clock)
          .mint(new TenantId("operator"), Role.ADMIN, "test")
          .key();
    } finally {
      stores.close();
    }
  }

  /** Lets all calls through to the simulator and remembers with which key they came. */
  private final class Door implements AutoCloseable {
    private final HttpServer server;
    private final String behind;
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

    private record Seen(String key, String body) {}

    Door(String behind) throws IOException {
      this.behind = behind;
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", this::pass);
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> keysOf(String said) {
      return seen.stream()
          .filter(call -> call.body.contains("\"" + said + "\""))
          .map(Seen::key)
          .toList();
    }

    private void pass(HttpExchange exchange) throws IOException {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String key = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
        seen.add(new Seen(key, new String(body, StandardCharsets.UTF_8)));
        HttpResponse<InputStream> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(behind + exchange.getRequestURI()))
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofByteArray(body))
                    .build(),
                BodyHandlers.ofInputStream());
        exchange
            .getResponseHeaders()
            .set("content-type", answer.headers().firstValue("content-type").orElseThrow());
        exchange.sendResponseHeaders(answer.statusCode(), 0);
        try (InputStream from = answer.body();
            OutputStream to = exchange.getResponseBody()) {
          from.transferTo(to);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  /** All that is logged in this process, whatever its level is. */
  private static final class Everything extends AppenderBase<ILoggingEvent> {
    final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private Level before;

    void listen() {
      before = root().getLevel();
      setContext(root().getLoggerContext());
      start();
      root().addAppender(this);
      project().setLevel(Level.TRACE);
    }

    void leave() {
      root().detachAppender(this);
      project().setLevel(null);
      root().setLevel(before);
      stop();
    }

    private static Logger root() {
      return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static Logger project() {
      return (Logger) LoggerFactory.getLogger("dev.parley");
    }

    @Override
    protected void append(ILoggingEvent event) {
      StringBuilder line = new StringBuilder(event.getFormattedMessage());
      if (event.getKeyValuePairs() != null) {
        event.getKeyValuePairs().forEach(pair -> line.append(' ').append(pair));
      }
      for (var cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
        line.append(' ').append(cause.getMessage());
      }
      line.append(' ').append(event.getMDCPropertyMap());
      lines.add(line.toString());
    }
  }
}
