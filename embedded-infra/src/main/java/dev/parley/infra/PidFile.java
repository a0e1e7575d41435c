package dev.parley.infra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers a child process across the death of its parent.
 *
 * <p>The time of the process's start stands beside its id: an id alone is soon somebody else's,
 * above all in containers.
 */
final class PidFile {

  private static final Logger log = LoggerFactory.getLogger(PidFile.class);

  private final Path file;

  PidFile(Path file) {
    this.file = file;
  }

  void write(ProcessHandle process) throws IOException {
    Files.writeString(file, process.pid() + " " + startOf(process) + "\n");
  }

  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.atWarn().setMessage("pid file not deleted").addKeyValue("file", file).log();
    }
  }

  /**
   * Ends the process of an earlier run that is still there. The caller holds the lock on the data
   * directory.
   */
  void stopLeftover(String name, StopSignal signal, Duration patience) {
    Optional<ProcessHandle> leftover = leftover();
    if (leftover.isPresent()) {
      ProcessHandle process = leftover.get();
      log.atInfo()
          .setMessage("stopping a leftover")
          .addKeyValue("name", name)
          .addKeyValue("pid", process.pid())
          .log();
      try {
        ChildProcess.signal(process.pid(), signal);
        process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (IOException | ExecutionException | TimeoutException e) {
        process.destroyForcibly();
        process.onExit().join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    delete();
  }

  private Optional<ProcessHandle> leftover() {
    try {
      String[] parts = Files.readString(file).strip().split(" ", 2);
      return ProcessHandle.of(Long.parseLong(parts[0]))
          .filter(process -> parts.length == 2 && startOf(process).equals(parts[1]));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("unknown");
  }
}
