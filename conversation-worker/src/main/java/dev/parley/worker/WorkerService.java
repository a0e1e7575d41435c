package dev.parley.worker;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.pricing.PriceBook;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.storage.tenants.TenantSettingsCache;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.RetryBudget;
import dev.parley.worker.provider.RetryPolicy;
import dev.parley.worker.provider.RetryingProvider;
import dev.parley.worker.provider.Router;
import dev.parley.worker.provider.Router.ModelPrefix;
import dev.parley.worker.provider.keys.KeyedProvider;
import dev.parley.worker.provider.keys.TenantKeys;
import dev.parley.worker.provider.transport.TransportConfig;
import dev.parley.worker.provider.wire.Providers;
import dev.parley.worker.turn.Pricing;
import dev.parley.worker.turn.TurnEngine;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
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

  /** In an outage at most every fifth call may be a repeat. */
  private static final double RETRIES_PER_CALL = 0.2;

  private static final Logger log = LoggerFactory.getLogger(WorkerService.class);

  private static final int RETRIES_IN_RESERVE = 100;

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
                  router(opened),
                  pricing(prices),
                  new TenantShares(tenants::of, config.tenantWeights(), config.tenantMaxInFlight()),
                  config.logUsage()),
              metrics,
              clock);
      engine = starting;
      starting.start();
    }
  }

  private Router router(Providers opened) {
    RetryBudget budget = new RetryBudget(RETRIES_PER_CALL, RETRIES_IN_RESERVE);
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    Map<String, ChatProvider> retrying = new HashMap<>();
    byName(opened)
        .forEach((name, provider) ->
            retrying.put(
                name,
                new RetryingProvider(
                    provider,
                    RetryPolicy.DEFAULT,
                    budget,
                    random,
                    System::nanoTime,
                    Thread::sleep)));
    // A server that speaks OpenAI's format may serve models of any name.
    String fallback =
        retrying.containsKey("openai") ? "openai" : retrying.keySet().iterator().next();
    return new Router(
        retrying, ModelPrefix.WELL_KNOWN, config.providers().defaultModel(), fallback);
  }

  private Map<String, ChatProvider> byName(Providers opened) {
    if (given == null) {
      TenantKeys keys =
          new TenantKeys(
              new ProviderKeyVault(ports.providerKeys(), config.masterKeys(), clock),
              Ticker.systemTicker());
      Map<String, ChatProvider> keyed = new HashMap<>();
      opened
          .byName()
          .forEach((name, provider) -> keyed.put(name, new KeyedProvider(provider, keys)));
      return keyed;
    }
    return given.stream().collect(Collectors.toMap(ChatProvider::name, provider -> provider));
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
    if (providers != null) {
      providers.close();
      providers = null;
    }
  }
}
