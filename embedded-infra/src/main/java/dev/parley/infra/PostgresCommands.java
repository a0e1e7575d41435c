package dev.parley.infra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command lines of {@code initdb} and {@code postgres}. */
final class PostgresCommands {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "listen_addresses", "127.0.0.1",
          "unix_socket_directories", "",
          "max_connections", "200",
          "timezone", "UTC",
          "log_timezone", "UTC",
          "jit", "off",
          "wal_level", "minimal",
          "max_wal_senders", "0");

  private static final Map<String, String> RELAXED =
      Map.of("fsync", "off", "synchronous_commit", "off", "full_page_writes", "off");

  private PostgresCommands() {}

  static List<String> server(Path binaries, Path cluster, int port, boolean durable) {
    var command = new ArrayList<String>();
    command.addAll(
        List.of(
            program(binaries, "postgres"), "-D", cluster.toString(), "-p", Integer.toString(port)));
    SETTINGS.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    if (!durable) {
      RELAXED.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    }
    return command;
  }

  static void initialise(UnprivilegedUser user, Path binaries, Path cluster, Path logFile)
      throws IOException {
    // a copy of the password where initdb's user can read it, gone when initdb is
    Path password = Files.createTempFile(binaries.getParent(), "password-", "");
    try {
      Files.writeString(password, PostgresSuperuser.PASSWORD);
      user.own(password);
      var command = new ArrayList<String>();
      command.addAll(
          List.of(
              program(binaries, "initdb"), "-D", cluster.toString(), "-U", PostgresSuperuser.NAME));
      command.addAll(
          List.of("--auth=scram-sha-256", "--pwfile=" + password, "--encoding=UTF8", "--locale=C"));
      command.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"));
      var builder = new ProcessBuilder(user.command(command)).directory(binaries.toFile());
      builder.environment().put("LC_ALL", "C");
      Process initdb =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.to(logFile.toFile()))
              .start();
      if (initdb.waitFor() != 0) {
        throw new InfrastructureException(
            "initdb failed in %s: %s"
                .formatted(cluster, Files.readString(logFile).strip().replaceAll("\\s+", " ")));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InfrastructureException("interrupted while preparing PostgreSQL");
    } finally {
      Files.deleteIfExists(password);
    }
  }

  private static String program(Path binaries, String name) {
    return binaries.resolve("bin").resolve(name).toString();
  }
}
