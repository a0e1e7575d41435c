package dev.parley.infra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, PostgreSQL and Redis of one's own, on 127.0.0.1.
 *
 * <p>Nothing runs before {@link #start()}. When the JVM is killed, a guard ends the child processes
 * and deletes the temporary directory. May be used from any thread.
 */
public final class EmbeddedInfrastructure implements Infrastructure {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedInfrastructure.class);

  /** How often ports are chosen anew when somebody else was quicker. */
  private static final int TRIES = 3;

  private final InfrastructureSettings settings;
  private final Step prepared;
  private @Nullable Running running;

  public EmbeddedInfrastructure(InfrastructureSettings settings) {
    this(settings, part -> {});
  }

  /**
   * @param prepared is shown each part before it starts, when its port is reserved
   */
  EmbeddedInfrastructure(InfrastructureSettings settings, Step prepared) {
    this.settings = settings;
    this.prepared = prepared;
  }

  /**
   * Starts all three at the same time and returns when all answer. Starts nothing when one of them
   * cannot. A port is free for a moment before its service has it: where somebody else takes it
   * then, and it was ours to choose, others are chosen.
   *
   * @throws InfrastructureException with a message for the user
   */
  public synchronized void start() {
    if (running != null) {
      return;
    }
    long began = System.nanoTime();
    Running starting = started(1);
    running = starting;
    log.atInfo()
        .setMessage("infrastructure started")
        .addKeyValue("kafka", starting.kafka().port())
        .addKeyValue("postgres", starting.postgres().port())
        .addKeyValue("redis", starting.redis().port())
        .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
        .log();
  }

  private Running started(int attempt) {
    Running starting = Running.prepare(settings);
    try {
      starting.parts().forEach(prepared::on);
      inParallel(starting.parts(), InfrastructurePart::start);
      return starting;
    } catch (RuntimeException e) {
      starting.close();
      boolean lost = starting.parts().stream().anyMatch(part -> isLost(part, saysInUse(e)));
      if (attempt == TRIES || !lost) {
        throw e;
      }
      log.atWarn()
          .setMessage("a port was taken before its service had it, choosing others")
          .addKeyValue("cause", e.getMessage())
          .log();
      return started(attempt + 1);
    }
  }

  /**
   * Whether somebody else has the part's port, which was not asked for by number, or had it: others
   * that look for free ports hold each of them for a moment.
   */
  private boolean isLost(InfrastructurePart part, boolean wasInUse) {
    return !settings.asksFor(part.port()) && (wasInUse || ReservedPort.isTaken(part.port()));
  }

  private static boolean saysInUse(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains("already in use")
        || (failure.getCause() != null && saysInUse(failure.getCause()))
        || Arrays.stream(failure.getSuppressed()).anyMatch(EmbeddedInfrastructure::saysInUse);
  }

  public InfrastructurePart kafka() {
    return running().kafka();
  }

  public InfrastructurePart postgres() {
    return running().postgres();
  }

  public InfrastructurePart redis() {
    return running().redis();
  }

  @Override
  public String kind() {
    return "embedded";
  }

  @Override
  public String kafkaBootstrapServers() {
    return "127.0.0.1:" + kafka().port();
  }

  @Override
  public String databaseUrl() {
    return "postgres://parley:parley@127.0.0.1:%d/parley".formatted(postgres().port());
  }

  @Override
  public String redisUrl() {
    return "redis://127.0.0.1:" + redis().port();
  }

  @Override
  public List<String> check() {
    return running().parts().stream()
        .map(InfrastructurePart::problem)
        .filter(Objects::nonNull)
        .toList();
  }

  @Override
  public synchronized void close() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  private synchronized Running running() {
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  /** Where the data lies while it runs. */
  Path directory() {
    return running().data().root();
  }

  /** What is done with a part. */
  interface Step {
    void on(InfrastructurePart part);
  }

  private static void inParallel(List<InfrastructurePart> parts, Step step) {
    try (var executor =
        Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().name("infrastructure-", 0).factory())) {
      var futures = new ArrayList<Future<?>>();
      for (InfrastructurePart part : parts) {
        futures.add(executor.submit(() -> step.on(part)));
      }
      RuntimeException failure = null;
      for (Future<?> future : futures) {
        try {
          future.get();
        } catch (ExecutionException e) {
          RuntimeException cause =
              e.getCause() instanceof RuntimeException known
                  ? known
                  : new InfrastructureException("cannot start: " + e.getCause(), e);
          if (failure == null) {
            failure = cause;
          } else {
            failure.addSuppressed(cause);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InfrastructureException("interrupted");
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  private record Running(
      DataDirectory data, EmbeddedKafka kafka, EmbeddedPostgres postgres, EmbeddedRedis redis) {

    static Running prepare(InfrastructureSettings settings) {
      DataDirectory data = DataDirectory.open(settings.dataDirectory());
      var reserved = new ArrayList<ReservedPort>();
      try {
        reserved.add(ReservedPort.reserve("Kafka", settings.kafkaPort(), "--kafka-port"));
        reserved.add(
            ReservedPort.reserve("PostgreSQL", settings.postgresPort(), "--postgres-port"));
        reserved.add(ReservedPort.reserve("Redis", settings.redisPort(), "--redis-port"));
        boolean durable = !settings.relaxedDurability();
        return new Running(
            data,
            new EmbeddedKafka(data.directory("kafka"), reserved.get(0)),
            new EmbeddedPostgres(data, reserved.get(1), durable),
            new EmbeddedRedis(data, reserved.get(2), !data.isTemporary()));
      } catch (RuntimeException e) {
        reserved.forEach(ReservedPort::close);
        data.close();
        throw e;
      }
    }

    List<InfrastructurePart> parts() {
      return List.of(kafka, postgres, redis);
    }

    void close() {
      try {
        inParallel(
            parts(),
            part -> {
              if (data.isTemporary() && part instanceof EmbeddedPostgres throwaway) {
                throwaway.stopAtOnce();
              } else {
                part.stop();
              }
            });
      } finally {
        data.close();
      }
    }
  }
}
