package dev.parley.worker.turn;

import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.TenantId;
import dev.parley.storage.BudgetStore;
import dev.parley.storage.JobStore;
import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageStore;
import dev.parley.storage.config.Stores;
import dev.parley.storage.limits.SharedTokenBuckets;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.engine.Consumers;
import dev.parley.worker.engine.Engine;
import dev.parley.worker.engine.EngineConfig;
import dev.parley.worker.engine.EngineStatus;
import dev.parley.worker.engine.EngineStatus.State;
import dev.parley.worker.engine.TenantPolicy;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.routing.RoutePlanner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** The engine with chat turns as its workload, and everything that these need: one component. */
public final class TurnEngine implements Component {

  /** Before compression; more than a submission may take, whose dead letter is no smaller. */
  private static final int MAX_RECORD_BYTES = 5 * 1024 * 1024;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Ports ports;
  private final Setup setup;
  private final MeterRegistry metrics;
  private final Clock clock;
  private @Nullable Components parts;
  private volatile @Nullable Engine<Admission> engine;
  private @Nullable Producer<byte[], byte[]> producer;
  private @Nullable BudgetGuard guard;

  public TurnEngine(Ports ports, Setup setup, MeterRegistry metrics, Clock clock) {
    this.ports = ports;
    this.setup = setup;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public synchronized void start() throws InterruptedException {
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    Producer<byte[], byte[]> publishing = new KafkaProducer<>(producerSettings());
    producer = publishing;
    RunningTurns running = new RunningTurns();
    BatchedStores stores =
        new BatchedStores(
            ports.sessions(),
            ports.jobs(),
            ports.turns(),
            ports.usage(),
            setup.settings().maxContextMessages(),
            random);
    LiveReporter live = new LiveReporter(ports.live(), clock);
    Components started =
        new Components(List.of(stores, live, new TurnWatch(running, ports.jobs(), clock)));
    parts = started;
    started.start();

    Publisher publisher = new Publisher(publishing, random, setup.spreadTenants());
    TurnMetrics counts = new TurnMetrics(metrics);
    TurnEnding ending =
        new TurnEnding(stores, publisher, setup.logUsage() ? new UsageLog() : event -> {}, counts);
    BudgetGuard guarding =
        new BudgetGuard(
            ports.budgets(),
            setup.settingsOf(),
            setup.pricing(),
            setup.budgetAction(),
            TurnEngine::inputTokens,
            counts,
            clock);
    guard = guarding;
    guarding.start();
    Metering metering = new Metering(setup.pricing());
    TurnEnds ends = new TurnEnds(metering, TokenEstimate::ofMessage, clock);
    Summariser summariser = new Summariser(stores, metering, guarding, setup.settings(), clock);
    CompactionRunner compactions =
        new CompactionRunner(
            stores,
            setup.routes(),
            guarding,
            ends,
            running,
            ending,
            setup.settings(),
            summariser,
            TokenEstimate::ofMessage);
    TurnRunner runner =
        new TurnRunner(
            stores,
            setup.routes(),
            guarding,
            counts,
            ends,
            running,
            ending,
            setup.settings(),
            live,
            new TurnContext(summariser, running, setup.settings(), TokenEstimate::ofMessage));
    Engine<Admission> starting =
        new Engine<>(
            setup.engine(),
            new KafkaConsumers(),
            new ChatWorkload(new Admitter(ports.jobs()), runner, compactions, ending),
            new DeadLetters(publishing, ports.jobs(), ending, clock),
            setup.tenants());
    engine = starting;
    gauge("parley.engine.buffered", starting, status -> status.buffered());
    gauge("parley.engine.deferred", starting, status -> status.deferred());
    gauge("parley.engine.in.flight", starting, status -> status.inFlight());
    gauge("parley.engine.away", starting, status -> status.away());
    gauge("parley.engine.parked", starting, status -> status.parked());
    gauge("parley.engine.done", starting, status -> status.totals().done());
    gauge("parley.engine.dead.lettered", starting, status -> status.totals().deadLettered());
    starting.start();
  }

  private void gauge(
      String name,
      Engine<Admission> of,
      java.util.function.ToDoubleFunction<EngineStatus> reading) {
    Gauge.builder(name, of, present -> reading.applyAsDouble(present.status())).register(metrics);
  }

  /**
   * What comes while a request is under way goes together in the next one: larger batches under
   * load, since requests are what costs at the broker, and no waiting without it. Not compressed,
   * as batches are of few records all the same, and LZ4 takes 128 KiB of new buffers for each.
   */
  private Properties producerSettings() {
    Properties properties =
        setup
            .kafka()
            .producer(
                setup.clientId(),
                Map.of(
                    ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                    "1",
                    ProducerConfig.COMPRESSION_TYPE_CONFIG,
                    "none"));
    properties.putIfAbsent(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(MAX_RECORD_BYTES));
    return properties;
  }

  private Properties consumerSettings(String clientId) {
    Properties properties = setup.kafka().consumer(clientId, setup.groupId());
    // Calls take as long as they like, so an operator may want to miss a stuck worker sooner.
    Object interval = properties.get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
    properties.putAll(EngineConfig.consumerSettings());
    if (interval != null) {
      properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, interval);
    }
    return properties;
  }

  private final class KafkaConsumers implements Consumers {
    @Override
    public Consumer<byte[], byte[]> member() {
      return new KafkaConsumer<>(consumerSettings(setup.clientId()));
    }

    @Override
    public Consumer<byte[], byte[]> rereader() {
      Properties properties = consumerSettings(setup.clientId() + "-again");
      // It may rest for long, which would be told as a fault of a member.
      properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
      return new KafkaConsumer<>(properties);
    }
  }

  /** What the engine is doing; null before the start. */
  public @Nullable EngineStatus status() {
    Engine<Admission> present = engine;
    return present == null ? null : present.status();
  }

  @Override
  public Health check() {
    EngineStatus status = status();
    if (status == null) {
      return Health.down("not started");
    }
    return switch (status.state()) {
      case State.Running running -> Health.UP;
      // Full buffers are how the engine bounds itself, not an illness.
      case State.Paused paused -> Health.UP;
      case State.Starting starting -> Health.down("waiting for kafka");
      case State.Recovering(String cause) -> Health.down(cause);
      case State.Stopping stopping -> Health.down("stopping");
      case State.Stopped stopped -> Health.down("stopped");
    };
  }

  @Override
  public synchronized void close() {
    // The engine first: its turns need everything else to end well.
    Engine<Admission> present = engine;
    if (present != null) {
      present.close();
    }
    if (guard != null) {
      guard.close();
    }
    if (parts != null) {
      parts.close();
    }
    if (producer != null) {
      // What is not acknowledged by now is published again by whoever gets its record.
      producer.close(CLOSE_TIMEOUT);
    }
  }

  /** The stores that turns work on. */
  public record Ports(
      SessionStore sessions,
      JobStore jobs,
      TurnWriter turns,
      UsageStore usage,
      TenantSettingsStore tenants,
      ProviderKeyStore providerKeys,
      LiveEvents live,
      BudgetStore budgets,
      IntFunction<SharedTokenBuckets> limits) {

    /** Those of one process. */
    public static Ports of(Stores stores) {
      return new Ports(
          stores.sessions(),
          stores.jobs(),
          stores.turns(),
          stores.usage(),
          stores.tenantSettings(),
          stores.providerKeys(),
          stores.live(),
          stores.budgets(),
          stores::sharedLimits);
    }
  }

  /** What a call sends, in estimated tokens. */
  public static long inputTokens(ProviderCall call) {
    return TurnEnds.inputTokens(call, TokenEstimate::ofMessage);
  }

  /**
   * How turns are run.
   *
   * @param clientId names this worker to Kafka
   * @param groupId the group that shares the load
   * @param settingsOf what is set for a tenant; asked for each turn
   * @param budgetAction of tenants for whom none is set
   */
  public record Setup(
      KafkaSettings kafka,
      String clientId,
      String groupId,
      EngineConfig engine,
      TurnSettings settings,
      RoutePlanner routes,
      Pricing pricing,
      TenantPolicy tenants,
      Function<TenantId, TenantSettings> settingsOf,
      BudgetAction budgetAction,
      boolean logUsage,
      UsageSpread spreadTenants) {}
}
