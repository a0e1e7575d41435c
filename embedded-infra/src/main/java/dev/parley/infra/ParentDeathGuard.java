package dev.parley.infra;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Cleans up after a JVM that was killed: ends a child process, or deletes a temporary directory.
 *
 * <p>The guard is a shell that waits for the end of its standard input. The operating system closes
 * that pipe when the JVM ends, also on kill -9, where no shutdown hook runs.
 */
final class ParentDeathGuard implements AutoCloseable {

  private static final String AWAIT_END = "while read -r _; do :; done; ";

  private final Process shell;

  private ParentDeathGuard(Process shell) {
    this.shell = shell;
  }

  static ParentDeathGuard forProcess(long pid, StopSignal signal) throws IOException {
    return start(
        AWAIT_END + "kill -s \"$2\" \"$1\" 2>/dev/null", Long.toString(pid), signal.name());
  }

  /** Waits a little before deleting, so that the services can end first. */
  static ParentDeathGuard forDirectory(Path directory) throws IOException {
    return start(
        AWAIT_END + "sleep 3; rm -rf -- \"$1\"", directory.toAbsolutePath().toString(), "");
  }

  /** Dismisses the guard without effect. */
  @Override
  public void close() {
    shell.destroyForcibly();
  }

  private static ParentDeathGuard start(String script, String first, String second)
      throws IOException {
    List<String> command =
        Detached.command(List.of("sh", "-c", script, "parley-guard", first, second));
    var builder = new ProcessBuilder(command);
    builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
    return new ParentDeathGuard(builder.start());
  }
}
