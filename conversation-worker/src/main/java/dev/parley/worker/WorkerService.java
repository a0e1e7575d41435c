package dev.parley.worker;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.pricing.PriceBook;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.limits.SharedTokenBuckets;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.storage.tenants.TenantSettingsCache;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Router;
import dev.parley.worker.provider.Router.ModelPattern;
import dev.parley.worker.provider.keys.KeyedProvider;
import dev.parley.worker.provider.keys.TenantKeys;
import dev.parley.worker.provider.transport.TransportConfig;
import dev.parley.worker.provider.wire.Providers;
import dev.parley.worker.resilience.Breakers;
import dev.parley.worker.resilience.CallLimits;
import dev.parley.worker.resilience.ResilientProviders;
import dev.parley.worker.routing.RoutePlanner;
import dev.parley.worker.routing.RoutingConfig;
import dev.parley.worker.turn.Pricing;
import dev.parley.worker.turn.TurnEngine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversation-worker on Kafka, over stores that its owner hands in: the composition that both
 * the process of its own and the stack in one process use.
 */
public final class WorkerService implements Component {

  private static final Logger log = LoggerFactory.getLogger(WorkerService.class);

  private final WorkerConfig config;
  private final TurnEngine.Ports ports;
  private final KafkaSettings kafka;
  private final TopicSetup topics;
  private final MeterRegistry metrics;
  private final Clock clock;
  private final @Nullable List<ChatProvider> given;
  private final TenantSettingsCache tenants;
  private final String clientId = "parley-worker-" + UUID.randomUUID().toString().substring(0, 8);
  private @Nullable Providers providers;
  private @Nullable SharedTokenBuckets limits;
  private volatile @Nullable TurnEngine engine;
  private boolean closed;

  public WorkerService(
      WorkerConfig config,
      TurnEngine.Ports ports,
      KafkaSettings kafka,
      TopicSetup topics,
      MeterRegistry metrics,
      Clock clock) {
    this(config, ports, kafka, topics, metrics, clock, null);
  }

  /**
   * With providers of the owner's own instead of those that the configuration names.
   *
   * @param given null for those of the configuration
   */
  public WorkerService(
      WorkerConfig config,
      TurnEngine.Ports ports,
      KafkaSettings kafka,
      TopicSetup topics,
      MeterRegistry metrics,
      Clock clock,
      @Nullable List<ChatProvider> given) {
    this.config = config;
    this.ports = ports;
    this.tenants = new TenantSettingsCache(ports.tenants());
    this.kafka = kafka;
    this.topics = topics;
    this.metrics = metrics;
    this.clock = clock;
    this.given = given == null ? null : List.copyOf(given);
  }

  @Override
  public String name() {
    return "conversation-worker";
  }

  /** Waits for Kafka as long as it takes, then begins to take turns. */
  @Override
  public void start() throws InterruptedException {
    topics.ensure(kafka);
    synchronized (this) {
      if (closed) {
        return;
      }
      tenants.start();
      Providers opened = new Providers(config.providers(), TransportConfig.DEFAULT, clock);
      providers = opened;
      PriceBook prices = priceBook();
      record(prices);
      TurnEngine starting =
          new TurnEngine(
              ports,
              new TurnEngine.Setup(
                  kafka,
                  clientId,
                  config.groupId(),
                  config.engine(),
                  config.turns(),
                  routes(opened),
                  pricing(prices),
                  new TenantShares(tenants::of, config.tenantWeights(), config.tenantMaxInFlight()),
                  tenants::of,
                  config.budgetAction(),
                  config.logUsage(),
                  config.spreadTenants()),
              metrics,
              clock);
      engine = starting;
      starting.start();
    }
  }

  private RoutePlanner routes(Providers opened) {
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    RoutingConfig routing = config.routing();
    ResilientProviders resilient =
        new ResilientProviders(
            byName(opened),
            keyed(),
            new Breakers(routing.breaker(), metrics, clock, random),
            new CallLimits(
                routing.limits(), limits(), TurnEngine::inputTokens, System::nanoTime, metrics),
            random,
            metrics);
    Map<String, ChatProvider> patient = resilient.patient();
    String configured = config.providers().fallback();
    String fallback =
        configured != null && patient.containsKey(configured)
            ? configured
            : patient.keySet().iterator().next();
    List<ModelPattern> models = new ArrayList<>(config.providers().models());
    models.addAll(ModelPattern.WELL_KNOWN);
    Router router = new Router(patient, models, config.providers().defaultModel(), fallback);
    return new RoutePlanner(router, routing.rules(), resilient.hasty());
  }

  /** Nothing looks for Redis where there are no limits to share. */
  private SharedTokenBuckets limits() {
    SharedTokenBuckets opened = ports.limits().apply(config.routing().workers());
    if (!config.routing().limits().isEmpty()) {
      opened.start();
      Gauge.builder("parley.provider.limits.shared", opened, it -> it.isShared() ? 1 : 0)
          .description("1 while limits are shared through Redis, 0 while each worker has a share")
          .register(metrics);
      Gauge.builder("parley.provider.limits.sharers", opened, SharedTokenBuckets::sharers)
          .description("workers among which the limits are divided")
          .register(metrics);
    }
    limits = opened;
    return opened;
  }

  private Map<String, ChatProvider> byName(Providers opened) {
    return given == null
        ? opened.byName()
        : given.stream().collect(Collectors.toMap(ChatProvider::name, provider -> provider));
  }

  /** Providers that are given have no keys. */
  private UnaryOperator<ChatProvider> keyed() {
    if (given != null) {
      return UnaryOperator.identity();
    }
    TenantKeys keys =
        new TenantKeys(
            new ProviderKeyVault(ports.providerKeys(), config.masterKeys(), clock),
            Ticker.systemTicker());
    return provider -> new KeyedProvider(provider, keys);
  }

  private PriceBook priceBook() {
    try {
      return config.priceBook() == null ? PriceBook.bundled() : PriceBook.of(config.priceBook());
    } catch (IOException e) {
      throw new UncheckedIOException("PRICE_BOOK cannot be read: " + e.getMessage(), e);
    }
  }

  /** So that what calls cost can be taken apart, and reckoned again, when the book has changed. */
  private void record(PriceBook book) {
    String text = book.text();
    if (text != null && !ports.usage().recordPriceBook(book.version(), text)) {
      log.atError()
          .setMessage("another price book has the same version: give each its own")
          .addKeyValue("version", book.version())
          .log();
    }
  }

  private static Pricing pricing(PriceBook book) {
    return (provider, model, usage, at) ->
        new Pricing.Priced(book.cost(provider, model, usage.priced(), at), book.version());
  }

  @Override
  public Health check() {
    TurnEngine present = engine;
    return present == null ? Health.down("waiting for kafka") : present.check();
  }

  @Override
  public synchronized void close() {
    // INVARIANT: whoever still waits for Kafka in start() begins nothing any more
    closed = true;
    if (engine != null) {
      engine.close();
    }
    tenants.close();
    if (limits != null) {
      limits.close();
    }
    if (providers != null) {
      providers.close();
      providers = null;
    }
  }
}
