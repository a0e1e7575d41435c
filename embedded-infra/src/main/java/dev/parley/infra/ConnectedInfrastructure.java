package dev.parley.infra;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Services that somebody else runs.
 *
 * @param kind one word for people
 */
public record ConnectedInfrastructure(
    String kind, String kafkaBootstrapServers, String databaseUrl, String redisUrl)
    implements Infrastructure {

  @Override
  public List<String> check() {
    var problems = new ArrayList<String>();
    add(problems, Probes.kafka(kafkaBootstrapServers));
    add(problems, Probes.postgres(databaseUrl));
    add(problems, Probes.redis(redisUrl));
    return problems;
  }

  /** Leaves the services alone. */
  @Override
  public void close() {}

  /** Without the URLs: they hold passwords. */
  @Override
  public String toString() {
    return "ConnectedInfrastructure[kind=%s]".formatted(kind);
  }

  private static void add(List<String> problems, @Nullable String problem) {
    if (problem != null) {
      problems.add(problem);
    }
  }
}
