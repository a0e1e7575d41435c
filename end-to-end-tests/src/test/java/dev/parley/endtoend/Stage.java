package dev.parley.endtoend;

import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.testkit.infra.TestInfrastructure;
import java.nio.file.Path;
import java.util.Map;

/** Pipelines for tests. */
final class Stage {

  /** Where logs of processes are found after a failure. */
  static final Path DIRECTORY = Path.of("target", "pipelines").toAbsolutePath();

  private Stage() {}

  /** A pipeline on the shared services, with a database of its own. */
  static Pipeline pipeline(TestInfrastructure infrastructure) throws Exception {
    return pipeline(infrastructure, Map.of());
  }

  /** The same, with services that are told this besides. */
  static Pipeline pipeline(TestInfrastructure infrastructure, Map<String, String> settings)
      throws Exception {
    return Pipeline.start(
        new Services(
            infrastructure.kafkaBootstrapServers(),
            infrastructure.freshDatabase(),
            infrastructure.redisUrl()),
        DIRECTORY,
        settings);
  }
}
