package dev.parley.testkit.infra;

import dev.parley.infra.ConnectedInfrastructure;
import dev.parley.infra.Infrastructure;
import dev.parley.infra.InfrastructureException;
import dev.parley.infra.PostgresSuperuser;
import dev.parley.infra.Probes;
import dev.parley.infra.ReservedPort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * The services in containers.
 *
 * <p>Their ports on the host are chosen beforehand, because Kafka must be told the address that it
 * announces.
 */
final class ContainerInfrastructure implements Infrastructure {

  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final long PAUSE_MILLIS = 100;

  private final String host;
  private List<GenericContainer<?>> containers = List.of();
  private @Nullable ConnectedInfrastructure connected;

  ContainerInfrastructure(String host) {
    this.host = host;
  }

  /** Starts the containers together and waits until each service answers. */
  void start() {
    try (ReservedPort kafka = port("Kafka");
        ReservedPort postgres = port("PostgreSQL");
        ReservedPort redis = port("Redis")) {
      int kafkaPort = kafka.number();
      int postgresPort = postgres.number();
      int redisPort = redis.number();
      containers =
          List.of(
              container(Images.KAFKA, kafkaPort, kafkaPort).withEnv(kafkaEnvironment(kafkaPort)),
              container(Images.POSTGRES, postgresPort, 5432)
                  .withEnv("POSTGRES_PASSWORD", PostgresSuperuser.PASSWORD),
              container(Images.REDIS, redisPort, 6379));
      kafka.release();
      postgres.release();
      redis.release();
      try {
        Startables.deepStart(containers).join();
        connected = connect(kafkaPort, postgresPort, redisPort);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }
  }

  @Override
  public String kind() {
    return InfrastructureChoice.CONTAINERS;
  }

  @Override
  public String kafkaBootstrapServers() {
    return connected().kafkaBootstrapServers();
  }

  @Override
  public String databaseUrl() {
    return connected().databaseUrl();
  }

  @Override
  public String redisUrl() {
    return connected().redisUrl();
  }

  @Override
  public List<String> check() {
    return connected().check();
  }

  @Override
  public void close() {
    containers.forEach(GenericContainer::stop);
    containers = List.of();
  }

  private ConnectedInfrastructure connect(int kafkaPort, int postgresPort, int redisPort) {
    String kafka = host + ":" + kafkaPort;
    String redis = "redis://%s:%d".formatted(host, redisPort);
    var superuser = new PostgresSuperuser(host, postgresPort);
    await(superuser::problem);
    String database = superuser.ensureDatabase();
    await(() -> Probes.redis(redis));
    await(() -> Probes.kafka(kafka));
    return new ConnectedInfrastructure(kind(), kafka, database, redis);
  }

  private ConnectedInfrastructure connected() {
    if (connected == null) {
      throw new IllegalStateException("not started");
    }
    return connected;
  }

  private GenericContainer<?> container(String image, int hostPort, int containerPort) {
    GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image));
    // only a remote engine's ports have to be reached from elsewhere
    String address = host.equals(ContainerEngine.LOCAL) ? "127.0.0.1:" : "";
    container.setPortBindings(List.of("%s%d:%d".formatted(address, hostPort, containerPort)));
    container.withImagePullPolicy(name -> false);
    container.withExposedPorts(containerPort);
    container.waitingFor(new NoWait());
    return container;
  }

  private Map<String, String> kafkaEnvironment(int port) {
    return Map.ofEntries(
        Map.entry("KAFKA_NODE_ID", "1"),
        Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
        Map.entry("KAFKA_LISTENERS", "PLAINTEXT://:%d,CONTROLLER://:9093".formatted(port)),
        Map.entry("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://%s:%d".formatted(host, port)),
        Map.entry(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"),
        Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
        Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
        Map.entry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
        Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
        Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
        Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
        Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"));
  }

  private static ReservedPort port(String service) {
    return ReservedPort.reserve(service, 0, "");
  }

  private static void await(Supplier<@Nullable String> problem) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    String current = problem.get();
    while (current != null) {
      if (System.nanoTime() - deadline > 0) {
        throw new InfrastructureException("containers: " + current);
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InfrastructureException("interrupted while starting containers");
      }
      current = problem.get();
    }
  }
}
