package dev.parley.infra;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the embedded services listen and keep their data.
 *
 * @param dataDirectory kept after the end; null for a temporary one that is deleted
 * @param kafkaPort 0 for a free one, as with the other ports
 * @param relaxedDurability gives up surviving a power cut for speed; only for data that nobody
 *     keeps
 */
public record InfrastructureSettings(
    @Nullable Path dataDirectory,
    int kafkaPort,
    int postgresPort,
    int redisPort,
    boolean relaxedDurability) {

  public static final int DEFAULT_KAFKA_PORT = 19092;
  public static final int DEFAULT_POSTGRES_PORT = 15432;
  public static final int DEFAULT_REDIS_PORT = 16379;

  public InfrastructureSettings {
    requirePort("--kafka-port", kafkaPort);
    requirePort("--postgres-port", postgresPort);
    requirePort("--redis-port", redisPort);
    if (relaxedDurability && dataDirectory != null) {
      throw new InfrastructureException("a data directory that is kept needs full durability");
    }
  }

  /** Free ports, a temporary directory, no waiting for the disk: for tests. */
  public static InfrastructureSettings throwaway() {
    return new InfrastructureSettings(null, 0, 0, 0, true);
  }

  /** Free ports, the given directory. */
  public static InfrastructureSettings keptIn(Path dataDirectory) {
    return new InfrastructureSettings(dataDirectory, 0, 0, 0, false);
  }

  /** Whether one of the services must have this port. */
  boolean asksFor(int port) {
    return port == kafkaPort || port == postgresPort || port == redisPort;
  }

  private static void requirePort(String option, int port) {
    if (port < 0 || port > 65_535) {
      throw new InfrastructureException(
          option + " " + port + " is not a port: give 1 to 65535, or 0 for a free one");
    }
  }
}
