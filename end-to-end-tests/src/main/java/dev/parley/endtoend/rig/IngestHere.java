package dev.parley.endtoend.rig;

import dev.parley.ingest.IngestConfig;
import dev.parley.ingest.IngestPorts;
import dev.parley.ingest.IngestService;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** The HTTP API in this process. */
final class IngestHere implements AutoCloseable {

  private static final int POOL_SIZE = 10;

  private final Clock clock = Clock.systemUTC();
  private final Stores stores;
  private final IngestService service;
  private final Components parts;

  IngestHere(Map<String, String> environment) {
    Env env = new Env(environment);
    IngestConfig config = IngestConfig.from(env);
    KafkaSettings kafka = KafkaSettings.from(env);
    TopicSetup topics = TopicSetup.from(env);
    env.done();
    stores = new Stores(StoreConfig.fromEnv(environment, Scope.TENANT, POOL_SIZE), null, clock);
    Component database = Component.of("postgres", stores::start, stores::check, stores::close);
    service =
        new IngestService(
            config,
            IngestPorts.of(stores),
            kafka,
            topics,
            List.of(database),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            clock);
    parts = new Components(List.of(database, service));
  }

  void start() throws InterruptedException {
    parts.start();
  }

  URI baseUrl() {
    return URI.create("http://127.0.0.1:" + service.port());
  }

  /** A new key of the tenant. */
  String key(String tenant) {
    return new ApiKeys(stores.apiKeys(), clock)
        .mint(new TenantId(tenant), Role.TENANT, "test")
        .key();
  }

  @Override
  public void close() {
    parts.close();
  }
}
