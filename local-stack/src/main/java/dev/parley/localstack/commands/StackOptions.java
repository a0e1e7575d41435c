package dev.parley.localstack.commands;

import dev.parley.infra.InfrastructureSettings;
import dev.parley.localstack.infra.LocalStack;
import dev.parley.simulator.SimulatorConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a local stack listens and keeps its data; the options that {@code up} and {@code infra}
 * share.
 */
final class StackOptions {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Keep all data here for the next start. Without it a temporary directory is used and deleted.")
  @Nullable Path dataDirectory;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Kafka (default: ${DEFAULT-VALUE}; 0: a free one)")
  int kafkaPort = InfrastructureSettings.DEFAULT_KAFKA_PORT;

  @Option(
      names = "--postgres-port",
      paramLabel = "PORT",
      description = "PostgreSQL (default: ${DEFAULT-VALUE}; 0: a free one)")
  int postgresPort = InfrastructureSettings.DEFAULT_POSTGRES_PORT;

  @Option(
      names = "--redis-port",
      paramLabel = "PORT",
      description = "Redis (default: ${DEFAULT-VALUE}; 0: a free one)")
  int redisPort = InfrastructureSettings.DEFAULT_REDIS_PORT;

  @Option(
      names = "--simulator-port",
      paramLabel = "PORT",
      description = "The provider simulator (default: ${DEFAULT-VALUE}; 0: a free one)")
  int simulatorPort = SimulatorConfig.LOCAL_PORT;

  LocalStack stack(LocalStack.Services services) {
    var settings =
        new InfrastructureSettings(dataDirectory, kafkaPort, postgresPort, redisPort, false);
    return new LocalStack(settings, simulatorPort, services);
  }

  /** What becomes of the data, for people. */
  String fateOfData() {
    return dataDirectory == null
        ? "Data is temporary and deleted at the end; --data-dir DIR keeps it."
        : "Data is kept in " + dataDirectory.toAbsolutePath().normalize() + ".";
  }
}
