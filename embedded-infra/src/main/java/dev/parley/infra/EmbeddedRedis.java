package dev.parley.infra;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Redis server beside the JVM; its data is appended to a file when it is to be kept. */
final class EmbeddedRedis implements InfrastructurePart {

  private static final String OPTION = "--redis-port";
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final DataDirectory data;
  private final boolean durable;
  private final int port;
  private @Nullable ReservedPort reserved;
  private @Nullable ChildProcess process;

  EmbeddedRedis(DataDirectory data, ReservedPort reserved, boolean durable) {
    this.data = data;
    this.reserved = reserved;
    this.port = reserved.number();
    this.durable = durable;
  }

  @Override
  public String name() {
    return "Redis";
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
    PidFile pidFile = data.pidFile("redis");
    pidFile.stopLeftover(name(), StopSignal.TERM, STOP_LIMIT);
    Path directory = data.directory("redis");
    List<String> command = command(directory);
    (reserved == null ? ReservedPort.reserve(name(), port, OPTION) : reserved).close();
    reserved = null;
    ChildProcess starting =
        ChildProcess.start(
            name(), command, directory, data.logFile("redis"), pidFile, StopSignal.TERM);
    try {
      Waiting.until(starting, START_LIMIT, () -> problem() == null);
    } catch (InfrastructureException e) {
      starting.stop(StopSignal.TERM, STOP_LIMIT);
      throw e;
    }
    process = starting;
  }

  @Override
  public synchronized void stop() {
    if (reserved != null) {
      reserved.close();
      reserved = null;
    }
    if (process != null) {
      process.stop(StopSignal.TERM, STOP_LIMIT);
      process = null;
    }
  }

  @Override
  public @Nullable String problem() {
    try {
      String answer = RedisPing.ping(Loopback.HOST, port);
      return answer.equals("+PONG") ? null : "Redis answers on port %d: %s".formatted(port, answer);
    } catch (IOException e) {
      return "Redis does not answer on port %d: %s".formatted(port, e.getMessage());
    }
  }

  private List<String> command(Path directory) {
    var command = new ArrayList<String>();
    command.add(RedisBinary.find().toString());
    command.addAll(
        List.of(
            "--port",
            Integer.toString(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            directory.toString()));
    command.addAll(List.of("--appendonly", durable ? "yes" : "no", "--appendfsync", "everysec"));
    command.addAll(List.of("--save", "", "--daemonize", "no", "--loglevel", "notice"));
    return List.copyOf(command);
  }
}
