package dev.parley.ingest.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.IngestApi;
import dev.parley.ingest.IngestConfig;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.ingest.jobs.JobWaiters;
import dev.parley.runtime.Env;
import dev.parley.runtime.Health;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The real server on a free port over fakes, and a client for it. */
public final class ApiServer implements AutoCloseable {

  public static final TenantId TENANT = new TenantId("acme");
  public static final TenantId OTHER = new TenantId("other");

  public final FakeStores stores = new FakeStores();
  public final FakeSubmissionLog log = new FakeSubmissionLog();
  public final FakeDeadLetters deadLetters = new FakeDeadLetters();
  public final FakePublishedUsage published = new FakePublishedUsage();
  public final JobWaiters waiters = new JobWaiters();
  public final Map<String, Health> health = new TreeMap<>();
  public final String key;
  public final String otherKey;
  public final String adminKey;
  private final IngestApi api;
  private final HttpClient client = HttpClient.newHttpClient();

  private ApiServer(Map<String, String> variables) {
    ApiKeys keys = new ApiKeys(stores, Clock.systemUTC());
    key = keys.mint(TENANT, Role.TENANT, null).key();
    otherKey = keys.mint(OTHER, Role.TENANT, null).key();
    adminKey = keys.mint(TENANT, Role.ADMIN, null).key();
    Map<String, String> all = new TreeMap<>(variables);
    all.putIfAbsent("HTTP_PORT", "0");
    all.put("HTTP_HOST", "127.0.0.1");
    all.putIfAbsent("STOP_TIMEOUT", "0s");
    Env env = new Env(all);
    IngestConfig config = IngestConfig.from(env);
    env.done();
    api =
        new IngestApi(
            config,
            stores.ports(),
            log,
            deadLetters,
            published,
            waiters,
            IngestApi.authenticator(config, stores),
            () -> health,
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            Clock.systemUTC());
    api.start();
  }

  public static ApiServer start() {
    return new ApiServer(Map.of());
  }

  public static ApiServer start(Map<String, String> variables) {
    return new ApiServer(variables);
  }

  public IngestApi api() {
    return api;
  }

  public int port() {
    return api.port();
  }

  /** A request with the tenant's key; further headers as name, value, name, value. */
  public Reply call(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(60))
            .header("authorization", "Bearer " + key)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("content-type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  public Reply get(String path, String... headers) {
    return call("GET", path, "", headers);
  }

  public Reply post(String path, String body, String... headers) {
    return call("POST", path, body, headers);
  }

  public Reply send(HttpRequest request) {
    try {
      return new Reply(client.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    api.close();
    client.close();
  }

  /** What came back. */
  public record Reply(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String body() {
      return response.body();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public JsonNode json() {
      try {
        return Json.mapper().readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** A value by its JSON pointer, as text. */
    public String at(String pointer) {
      return json().at(pointer).asText();
    }
  }
}
