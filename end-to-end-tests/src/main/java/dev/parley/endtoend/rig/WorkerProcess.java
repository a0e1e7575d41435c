package dev.parley.endtoend.rig;

import dev.parley.infra.ReservedPort;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A conversation-worker in a process of its own, which can be killed. */
public final class WorkerProcess implements AutoCloseable {

  private static final Pattern COMPLETED =
      Pattern.compile("(?m)^parley_turns_ended_total\\{.*status=\"completed\".*} (\\S+)$");
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final URI health;
  private final Path log;
  private final HttpClient http;

  private WorkerProcess(String name, Process process, URI health, Path log, HttpClient http) {
    this.name = name;
    this.process = process;
    this.health = health;
    this.log = log;
    this.http = http;
  }

  /**
   * Starts it; it is not ready yet.
   *
   * @param environment all that the worker is told
   * @param directory gets the file of what it writes
   */
  static WorkerProcess start(
      String name, Map<String, String> environment, Path directory, HttpClient http) {
    Map<String, String> variables = new HashMap<>(environment);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command =
        List.of(
            java.toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            // it logs as it does anywhere else, not as tests do
            "-Dlogback.configurationFile=logback.xml",
            "dev.parley.worker.Main");
    Path log = directory.resolve(name + ".log");
    try (ReservedPort port = ReservedPort.reserve("worker", 0, "WORKER_HTTP_PORT")) {
      variables.put("WORKER_HTTP_PORT", Integer.toString(port.number()));
      variables.put("CLASSPATH", System.getProperty("java.class.path"));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(variables);
      builder.redirectErrorStream(true).redirectOutput(Redirect.to(log.toFile()));
      port.release();
      return new WorkerProcess(
          name, builder.start(), URI.create("http://127.0.0.1:" + port.number()), log, http);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run a worker", e);
    }
  }

  /** Waits until it takes turns. */
  public WorkerProcess awaitReady() throws InterruptedException {
    Until.isTrue(
        START_LIMIT,
        name + " is ready",
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException(name + " ended with " + process.exitValue());
          }
          return ready();
        });
    return this;
  }

  private boolean ready() throws IOException, InterruptedException {
    return http.send(request("/health/ready"), BodyHandlers.discarding()).statusCode() == 200;
  }

  /** What keeps it from being ready, by component; empty when it is. */
  public Map<String, String> causes() throws IOException, InterruptedException {
    Map<String, String> causes = new TreeMap<>();
    Json.mapper()
        .readTree(answer("/health/ready"))
        .path("components")
        .properties()
        .forEach(part -> {
          if (part.getValue().path("status").asText().equals("down")) {
            causes.put(part.getKey(), part.getValue().path("cause").asText());
          }
        });
    return causes;
  }

  /** What it has written so far, line by line. */
  public List<String> logged() throws IOException {
    return Files.readAllLines(log);
  }

  /** How many turns it has completed, as it tells itself. */
  public long completedTurns() throws IOException, InterruptedException {
    Matcher matcher = COMPLETED.matcher(answer("/metrics"));
    return matcher.find() ? (long) Double.parseDouble(matcher.group(1)) : 0;
  }

  private String answer(String path) throws IOException, InterruptedException {
    return http.send(request(path), BodyHandlers.ofString()).body();
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(health.resolve(path)).timeout(ANSWER_LIMIT).build();
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * Asks it to end, as {@code kill} does, and waits.
   *
   * @return its exit code
   * @throws AssertionError when it does not end in time; then it is killed
   */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError(
          name + " did not end within " + STOP_LIMIT.toSeconds() + " s of being asked to");
    }
    return process.exitValue();
  }

  public String name() {
    return name;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
