package dev.parley.infra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server beside the JVM, with a database {@code parley} owned by an ordinary user
 * {@code parley}.
 *
 * <p>The user is no superuser, so that row-level security holds for it as it would in production;
 * it may create databases, which tests do.
 */
final class EmbeddedPostgres implements InfrastructurePart {

  private static final String OPTION = "--postgres-port";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(8);

  private final DataDirectory data;
  private final boolean durable;
  private final int port;
  private @Nullable ReservedPort reserved;
  private @Nullable ChildProcess process;

  EmbeddedPostgres(DataDirectory data, ReservedPort reserved, boolean durable) {
    this.data = data;
    this.reserved = reserved;
    this.port = reserved.number();
    this.durable = durable;
  }

  @Override
  public String name() {
    return "PostgreSQL";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public synchronized void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    PidFile pidFile = data.pidFile("postgres");
    pidFile.stopLeftover(name(), StopSignal.INT, STOP_LIMIT);
    Path binaries = PostgresBinaries.unpacked();
    UnprivilegedUser user = UnprivilegedUser.find();
    Path cluster = cluster(user, binaries);
    List<String> command = user.command(PostgresCommands.server(binaries, cluster, port, durable));
    (reserved == null ? ReservedPort.reserve(name(), port, OPTION) : reserved).close();
    reserved = null;
    ChildProcess starting =
        ChildProcess.start(
            name(), command, binaries, data.logFile("postgres"), pidFile, StopSignal.INT);
    try {
      var superuser = new PostgresSuperuser(Loopback.HOST, port);
      Waiting.until(starting, START_LIMIT, () -> superuser.problem() == null);
      superuser.ensureDatabase();
    } catch (InfrastructureException e) {
      starting.stop(StopSignal.INT, STOP_LIMIT);
      throw e;
    }
    process = starting;
  }

  @Override
  public synchronized void stop() {
    stop(StopSignal.INT);
  }

  /** For data that is deleted anyway. */
  synchronized void stopAtOnce() {
    stop(StopSignal.QUIT);
  }

  private void stop(StopSignal signal) {
    if (reserved != null) {
      reserved.close();
      reserved = null;
    }
    if (process != null) {
      process.stop(signal, STOP_LIMIT);
      process = null;
    }
  }

  @Override
  public @Nullable String problem() {
    return new PostgresSuperuser(Loopback.HOST, port).problem();
  }

  /** The directory of the database cluster, made by initdb when it is new. */
  private Path cluster(UnprivilegedUser user, Path binaries) {
    Path cluster = data.directory("postgres");
    try {
      user.own(cluster);
      Files.setPosixFilePermissions(cluster, PosixFilePermissions.fromString("rwx------"));
      user.requireAccess(cluster);
      if (!Files.exists(cluster.resolve("PG_VERSION"))) {
        PostgresCommands.initialise(user, binaries, cluster, data.logFile("postgres-initdb"));
      }
      // we hold the lock on the directory and the recorded server is gone: a pid file is a dead
      // server's
      Files.deleteIfExists(cluster.resolve("postmaster.pid"));
      return cluster;
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot prepare %s for PostgreSQL: %s".formatted(cluster, e.getMessage()), e);
    }
  }
}
