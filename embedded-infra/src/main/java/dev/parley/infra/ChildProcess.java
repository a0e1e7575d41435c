package dev.parley.infra;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that runs beside the JVM, in a session of its own, writes to a log file, and ends when
 * the JVM ends.
 *
 * <p>Its process id stands in a file, so that one which outlived a killed JVM is found at the next
 * start. Not safe for use by several threads at once.
 */
final class ChildProcess {

  private final String name;
  private final Process process;
  private final ParentDeathGuard guard;
  private final Path logFile;
  private final PidFile pidFile;

  private ChildProcess(
      String name, Process process, ParentDeathGuard guard, Path logFile, PidFile pidFile) {
    this.name = name;
    this.process = process;
    this.guard = guard;
    this.logFile = logFile;
    this.pidFile = pidFile;
  }

  static ChildProcess start(
      String name,
      List<String> command,
      Path workingDirectory,
      Path logFile,
      PidFile pidFile,
      StopSignal signal) {
    try {
      var builder =
          new ProcessBuilder(Detached.command(command)).directory(workingDirectory.toFile());
      builder.environment().put("LC_ALL", "C");
      builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
      Files.deleteIfExists(logFile);
      Process process = builder.start();
      process.getOutputStream().close();
      pidFile.write(process.toHandle());
      return new ChildProcess(
          name, process, ParentDeathGuard.forProcess(process.pid(), signal), logFile, pidFile);
    } catch (IOException e) {
      throw new InfrastructureException("cannot run %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks the process to end, and kills it when it has not ended in time. */
  void stop(StopSignal signal, Duration patience) {
    try {
      if (process.isAlive()) {
        signal(process.pid(), signal);
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      guard.close();
      pidFile.delete();
    }
  }

  /** The end of what the server wrote, on one line: the cause of a failed start stands there. */
  InfrastructureException failed(String what) {
    String tail;
    try {
      List<String> lines = Files.readString(logFile, StandardCharsets.ISO_8859_1).lines().toList();
      tail = String.join(" | ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
    } catch (IOException e) {
      tail = "it wrote nothing";
    }
    return new InfrastructureException("%s %s: %s".formatted(name, what, tail));
  }

  static void signal(long pid, StopSignal signal) throws IOException, InterruptedException {
    // the shell's own kill: slim images have no /bin/kill
    new ProcessBuilder(
            "sh", "-c", "kill -s \"$1\" \"$2\"", "kill", signal.name(), Long.toString(pid))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
