package dev.parley.endtoend.rig;

import dev.parley.endtoend.rig.ConsumerGroups.Group;
import dev.parley.runtime.Components;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Topics;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.testkit.guarantees.Guarantees;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.HistoryReader;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/**
 * The pipeline of one test: provider simulator, HTTP API and aggregator in this process, workers
 * here or in processes of their own. Its tenants and consumer groups are its own, so that others
 * may use the same Kafka before and after it.
 *
 * <p>For one thread.
 */
public final class Pipeline implements AutoCloseable {

  private static final String PARTITIONS = "8";
  private static final int CALL_LOG = 1_000_000;
  private static final Duration QUIET_LIMIT = Duration.ofSeconds(90);

  private final Services services;
  private final Map<String, String> settings;
  private final Path directory;
  private final String name = "e2e-" + UUID.randomUUID().toString().substring(0, 8);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Simulator simulator =
      new Simulator(SimulatorConfig.onFreePort().withCallLogSize(CALL_LOG));
  private final Progress progress;
  private final Map<String, ApiClient> clients = new LinkedHashMap<>();
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final IngestHere ingest;
  private int workers;

  private Pipeline(Services services, Path directory, Map<String, String> settings)
      throws IOException {
    this.services = services;
    this.settings = Map.copyOf(settings);
    this.directory = Files.createDirectories(directory.resolve(name));
    this.progress = new Progress(services.databaseUrl());
    parts.add(simulator);
    simulator.start();
    this.ingest = new IngestHere(environment());
  }

  /**
   * Starts all but the workers.
   *
   * @param directory for state and for what processes write; made when it is not there
   */
  public static Pipeline start(Services services, Path directory)
      throws IOException, ExecutionException, InterruptedException {
    return start(services, directory, Map.of());
  }

  /**
   * Starts all but the workers.
   *
   * @param settings what the services are told besides
   */
  public static Pipeline start(Services services, Path directory, Map<String, String> settings)
      throws IOException, ExecutionException, InterruptedException {
    Pipeline pipeline = new Pipeline(services, directory, settings);
    try {
      pipeline.startParts();
      return pipeline;
    } catch (IOException | ExecutionException | InterruptedException | RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  private void startParts() throws IOException, ExecutionException, InterruptedException {
    Env env = new Env(environment());
    TopicSetup.from(env).ensure(KafkaSettings.from(env));
    try (ConsumerGroups groups = new ConsumerGroups(services.kafkaBootstrapServers())) {
      groups.beginAtEnd(name, Topics.SUBMISSIONS);
      groups.beginAtEnd(aggregator(), Topics.USAGE_EVENTS);
      groups.beginAtEnd(aggregator() + "-sink", Topics.USAGE_TOTALS);
      groups.beginAtEnd(aggregator() + "-sink", Topics.USAGE_COUNTS);
    }
    parts.add(ingest);
    ingest.start();
    startHere(dev.parley.usage.Main.wire(environment(), Clock.systemUTC()));
  }

  private String aggregator() {
    return name + "-aggregator";
  }

  /** What each service is told. */
  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(ownEnvironment());
    environment.putAll(settings);
    return environment;
  }

  private Map<String, String> ownEnvironment() {
    return Map.ofEntries(
        Map.entry("KAFKA_BOOTSTRAP_SERVERS", services.kafkaBootstrapServers()),
        Map.entry("DATABASE_URL", services.databaseUrl()),
        Map.entry("REDIS_URL", services.redisUrl()),
        Map.entry("OPENAI_BASE_URL", simulator.baseUrl() + "/v1"),
        Map.entry("DEFAULT_MODEL", "sim-small"),
        Map.entry("TOPIC_PARTITIONS", PARTITIONS),
        Map.entry("HTTP_HOST", "127.0.0.1"),
        Map.entry("HTTP_PORT", "0"),
        Map.entry("WORKER_GROUP_ID", name),
        Map.entry("AGGREGATOR_APPLICATION_ID", aggregator()),
        Map.entry("STATE_DIR", directory.resolve("state").toString()),
        Map.entry("EXPORT_DIR", directory.resolve("exports").toString()));
  }

  /** The tenant's client, with a key of its own. The tenant's name is unique to this pipeline. */
  public ApiClient client(String tenant) {
    return clients.computeIfAbsent(
        tenant,
        given -> {
          String unique = name + "-" + given;
          return new ApiClient(http, ingest.baseUrl(), unique, ingest.key(unique));
        });
  }

  /** Starts a worker in this process; it is closed with the pipeline. */
  public Components workerHere() throws InterruptedException {
    return startHere(dev.parley.worker.Main.wire(environment(), Clock.systemUTC()));
  }

  private Components startHere(Components components) throws InterruptedException {
    parts.add(components);
    components.start();
    return components;
  }

  /** Starts a worker in a process of its own and waits until it is ready. */
  public WorkerProcess workerProcess() throws InterruptedException {
    return launchWorker().awaitReady();
  }

  /** Starts a worker in a process of its own. */
  public WorkerProcess launchWorker() {
    return launchWorker(Map.of());
  }

  /**
   * Starts a worker in a process of its own.
   *
   * @param more what it is told and nobody else
   */
  public WorkerProcess launchWorker(Map<String, String> more) {
    workers++;
    Map<String, String> environment = environment();
    environment.putAll(more);
    WorkerProcess worker = WorkerProcess.start("worker-" + workers, environment, directory, http);
    parts.add(worker);
    return worker;
  }

  /** Waits until so many workers have partitions to read. */
  public void awaitBusyWorkers(int count) throws InterruptedException {
    try (ConsumerGroups groups = new ConsumerGroups(services.kafkaBootstrapServers())) {
      Until.isTrue(
          QUIET_LIMIT,
          count + " workers share the partitions",
          () -> groups.look(name).busy() == count);
    }
  }

  /** The group of the workers. */
  public Group workers() throws ExecutionException, InterruptedException {
    try (ConsumerGroups groups = new ConsumerGroups(services.kafkaBootstrapServers())) {
      return groups.look(name);
    }
  }

  /** How many provider calls go on. */
  public int callsUnderWay() {
    return simulator.calls().stats().inFlight();
  }

  /** How many jobs of all clients' tenants have ended. */
  public long ended() throws SQLException {
    return progress.ended(
        clients.values().stream().map(ApiClient::tenant).collect(Collectors.toSet()));
  }

  /**
   * Waits until so many jobs have ended, or no longer than the limit.
   *
   * @return how many have
   */
  public long awaitEnded(Duration limit, long jobs) throws InterruptedException, SQLException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (ended() < jobs && System.nanoTime() - deadline < 0) {
      Thread.sleep(Duration.ofMillis(200));
    }
    return ended();
  }

  /** How many jobs of the client's tenant have ended. */
  public long ended(ApiClient client) throws SQLException {
    return progress.ended(Set.of(client.tenant()));
  }

  /** How many jobs of the client's tenant were taken up more than once. */
  public long takenUpAgain(ApiClient client) throws SQLException {
    return progress.takenUpAgain(Set.of(client.tenant()));
  }

  /**
   * Puts a job's record into the log of submissions once more, as a retrying producer might.
   *
   * @throws IllegalArgumentException when the job is not there
   */
  public void submitAgain(JobId job) throws ExecutionException, InterruptedException {
    Repetition.of(services.kafkaBootstrapServers(), job);
  }

  /**
   * Waits until all that was promised is kept, and fails with the broken promises when it is not in
   * time.
   *
   * @param limit until the last job has ended; totals and outcomes get some more time
   * @param accepted all that was accepted for its tenants
   */
  public History awaitKept(Duration limit, List<Accepted> accepted)
      throws InterruptedException, SQLException {
    Set<String> tenants = tenants(accepted);
    Until.isTrue(limit, "all jobs have ended", () -> progress.ended(tenants) >= accepted.size());
    History history = settled(accepted, QUIET_LIMIT);
    Guarantees.assertKept(history);
    return history;
  }

  /** Waits for totals and outcomes until all is kept, or for so long that it never will be. */
  public History settled(List<Accepted> accepted, Duration limit)
      throws InterruptedException, SQLException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      History history = history(accepted);
      if (Guarantees.violations(history).isEmpty() || System.nanoTime() - deadline > 0) {
        return history;
      }
      Thread.sleep(Duration.ofSeconds(1));
    }
  }

  /** What there is now about the tenants whose messages were accepted. */
  public History history(List<Accepted> accepted) throws SQLException {
    Set<String> sessions =
        accepted.stream().map(job -> job.session().sessionId().value()).collect(Collectors.toSet());
    return new HistoryReader(
            services.kafkaBootstrapServers(), services.databaseUrl(), () -> calls(sessions))
        .read(tenants(accepted), accepted);
  }

  private List<CallRecord> calls(Set<String> sessions) {
    return simulator
        .calls()
        .calls(0, CALL_LOG, call -> call.session() != null && sessions.contains(call.session()));
  }

  private static Set<String> tenants(List<Accepted> accepted) {
    return accepted.stream()
        .map(job -> job.session().tenantId().value())
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the pipeline does not close", e);
      }
    }
    parts.clear();
    http.shutdownNow();
  }
}
