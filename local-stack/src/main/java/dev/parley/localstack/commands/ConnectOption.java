package dev.parley.localstack.commands;

import dev.parley.runtime.ConnectTimeout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long a command waits for PostgreSQL; the command itself reads it. */
final class ConnectOption {

  @Option(
      names = ConnectTimeout.OPTION,
      paramLabel = "SECONDS",
      description =
          "How long to wait for PostgreSQL when it does not answer; "
              + ConnectTimeout.DEFAULT_SECONDS
              + ".")
  private @Nullable String seconds;

  void addTo(List<String> args) {
    if (seconds != null) {
      args.addAll(List.of(ConnectTimeout.OPTION, seconds));
    }
  }
}
