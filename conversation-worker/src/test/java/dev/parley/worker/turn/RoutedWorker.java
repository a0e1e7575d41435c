package dev.parley.worker.turn;

import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.simulator.Simulator;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.config.Stores;
import dev.parley.storage.limits.SharedTokenBuckets;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.engine.Step;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.Router;
import dev.parley.worker.provider.Router.ModelPattern;
import dev.parley.worker.provider.transport.TransportConfig;
import dev.parley.worker.provider.wire.Providers;
import dev.parley.worker.resilience.Breakers;
import dev.parley.worker.resilience.CallLimits;
import dev.parley.worker.resilience.ResilientProviders;
import dev.parley.worker.routing.RoutePlanner;
import dev.parley.worker.routing.RoutingConfig;
import dev.parley.worker.routing.RoutingFile;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A worker without its engine: turns are run, and come again after their waits, by the caller. */
final class RoutedWorker implements AutoCloseable {

  private final Stores stores;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Providers providers;
  private final SharedTokenBuckets limits;
  private final BatchedStores turnStores;
  private final BudgetGuard guard;
  private final TurnRunner runner;

  /**
   * @param monthlyBudget of every tenant; null for none
   */
  RoutedWorker(
      Stores stores,
      Simulator openAi,
      Simulator anthropic,
      String routingFile,
      @Nullable BigDecimal monthlyBudget)
      throws Exception {
    this.stores = stores;
    Clock clock = Clock.systemUTC();
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    ApiKey key = new ApiKey("test");
    ProviderConfig config =
        ProviderConfig.fromEnv(
            Map.of(
                "OPENAI_BASE_URL", openAi.baseUrl() + "/v1",
                "OPENAI_API_KEY", key.secret(),
                "ANTHROPIC_BASE_URL", anthropic.baseUrl().toString(),
                "ANTHROPIC_API_KEY", key.secret()));
    providers = new Providers(config, TransportConfig.DEFAULT, clock);
    RoutingConfig routing = read(routingFile);
    limits = stores.sharedLimits(1);
    limits.start();
    ResilientProviders resilient =
        new ResilientProviders(
            providers.byName(),
            UnaryOperator.identity(),
            new Breakers(routing.breaker(), metrics, clock, random),
            new CallLimits(
                routing.limits(), limits, TurnEngine::inputTokens, System::nanoTime, metrics),
            random,
            metrics);
    Router router = new Router(resilient.patient(), ModelPattern.WELL_KNOWN, "gpt-a", "openai");
    turnStores =
        new BatchedStores(
            stores.sessions(), stores.jobs(), stores.turns(), stores.usage(), 100, random);
    turnStores.start();
    Pricing pricing =
        (provider, model, usage, at) ->
            new Pricing.Priced(BigDecimal.valueOf(usage.outputTokens(), 3), "test");
    TurnMetrics counts = new TurnMetrics(metrics);
    guard =
        new BudgetGuard(
            stores.budgets(),
            tenant ->
                new TenantSettings(
                    tenant, null, null, null, null, null, monthlyBudget, null, 1, Instant.EPOCH),
            pricing,
            BudgetAction.THROW,
            TurnEngine::inputTokens,
            counts,
            clock);
    guard.start();
    MockProducer<byte[], byte[]> kafka =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    TurnSettings settings = new TurnSettings(100, 100_000, 100, Deadlines.DEFAULT);
    runner =
        new TurnRunner(
            turnStores,
            new RoutePlanner(router, routing.rules(), resilient.hasty()),
            guard,
            counts,
            new TurnEnds(new Metering(pricing), TokenEstimate::ofMessage, clock),
            new RunningTurns(),
            new TurnEnding(turnStores, new Publisher(kafka, new Random(1)), event -> {}, counts),
            settings,
            new LiveReporter(LiveEvents.NONE, clock),
            Contexts.of(turnStores, settings, clock, TokenEstimate::ofMessage));
  }

  private static RoutingConfig read(String text) throws Exception {
    Path file = Files.createTempFile("routing", ".json");
    try {
      Files.writeString(file, text);
      return RoutingFile.read(file, Set.of("openai", "anthropic"));
    } finally {
      Files.delete(file);
    }
  }

  /** Runs a turn until it has ended, however often it has to come again. */
  Job complete(MessageSubmitted message) throws Exception {
    return until(message, Instant.MAX);
  }

  /** Runs a turn until it has ended, or until a time. */
  @Nullable Job until(MessageSubmitted message, Instant limit) throws Exception {
    int attempt = claim(message);
    Admission.CallHistory history = new Admission.CallHistory();
    while (runner.run(message, attempt, history, new FakeTurn(0))
        instanceof Step.RetryAfter(Duration wait, var why)) {
      if (Instant.now().plus(wait).isAfter(limit)) {
        return null;
      }
      Thread.sleep(wait);
    }
    return stores.jobs().find(message.tenantId(), message.jobId());
  }

  /** Runs a turn once. */
  Step once(MessageSubmitted message) throws Exception {
    return runner.run(message, claim(message), new Admission.CallHistory(), new FakeTurn(0));
  }

  private int claim(MessageSubmitted message) {
    ClaimRequest request =
        new ClaimRequest(
            message.jobId(), message.sessionKey(), message.acceptedAt(), null, null, null);
    return ((Claim.Claimed) stores.jobs().claim(List.of(request)).getFirst()).attempt();
  }

  void awaitShared() throws InterruptedException {
    Instant limit = Instant.now().plusSeconds(10);
    while (!limits.isShared()) {
      if (Instant.now().isAfter(limit)) {
        throw new AssertionError("limits are not shared");
      }
      Thread.sleep(10);
    }
  }

  double count(String name, String tag, String value) {
    return metrics.find(name).tag(tag, value).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  double total(String name) {
    double total = 0;
    for (Meter meter : metrics.find(name).meters()) {
      total += meter.measure().iterator().next().getValue();
    }
    return total;
  }

  @Override
  public void close() {
    guard.close();
    turnStores.close();
    limits.close();
    providers.close();
  }
}
