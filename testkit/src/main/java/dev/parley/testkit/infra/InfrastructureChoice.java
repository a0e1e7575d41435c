package dev.parley.testkit.infra;

import dev.parley.infra.ConnectedInfrastructure;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.Infrastructure;
import dev.parley.infra.InfrastructureException;
import dev.parley.infra.InfrastructureSettings;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides which services the tests run against.
 *
 * <p>{@code PARLEY_TEST_INFRASTRUCTURE} set to {@code environment}, {@code containers} or {@code
 * embedded} leaves no choice; then what was asked for is used or the tests fail.
 */
final class InfrastructureChoice {

  static final String ENVIRONMENT = "environment";
  static final String CONTAINERS = "containers";
  static final String EMBEDDED = "embedded";

  private static final String FORCED = "PARLEY_TEST_INFRASTRUCTURE";
  private static final List<String> KAFKA = List.of("PARLEY_TEST_KAFKA", "KAFKA_BOOTSTRAP_SERVERS");
  private static final List<String> DATABASE = List.of("PARLEY_TEST_DATABASE_URL", "DATABASE_URL");
  private static final List<String> REDIS = List.of("PARLEY_TEST_REDIS_URL", "REDIS_URL");

  private InfrastructureChoice() {}

  static Infrastructure make(Map<String, String> environment, Consumer<String> announce) {
    String forced = environment.getOrDefault(FORCED, "");
    return switch (forced) {
      case "" -> choose(environment, announce);
      case ENVIRONMENT -> {
        Infrastructure named = named(environment);
        if (named == null) {
          throw new InfrastructureException(
              FORCED + "=environment, but the environment names no services");
        }
        yield announced(named, "named by the environment", announce);
      }
      case CONTAINERS -> {
        String obstacle = ContainerEngine.obstacle(environment);
        if (obstacle != null) {
          throw new InfrastructureException(FORCED + "=containers, but " + obstacle);
        }
        yield containers(ContainerEngine.host(environment), FORCED + " asks for them", announce);
      }
      case EMBEDDED -> embedded(FORCED + " asks for them", announce);
      default ->
          throw new InfrastructureException(
              "%s=%s: it must be environment, containers or embedded".formatted(FORCED, forced));
    };
  }

  private static Infrastructure choose(Map<String, String> environment, Consumer<String> announce) {
    Infrastructure named = named(environment);
    if (named != null) {
      return announced(named, "named by the environment", announce);
    }
    String obstacle = ContainerEngine.obstacle(environment);
    return obstacle == null
        ? containers(ContainerEngine.host(environment), "an engine has the images", announce)
        : embedded("no containers: " + obstacle, announce);
  }

  /**
   * Null when the environment names nothing; half a set is a mistake that must not pass for none.
   */
  private static @Nullable Infrastructure named(Map<String, String> environment) {
    String kafka = first(environment, KAFKA);
    String database = first(environment, DATABASE);
    String redis = first(environment, REDIS);
    if (kafka == null && database == null && redis == null) {
      return null;
    }
    if (kafka == null || database == null || redis == null) {
      throw new InfrastructureException(
          "the environment names some services for the tests but not all: set %s, %s and %s, or none of them, or %s=%s"
              .formatted(KAFKA.getLast(), DATABASE.getLast(), REDIS.getLast(), FORCED, EMBEDDED));
    }
    return new ConnectedInfrastructure(ENVIRONMENT, kafka, database, redis);
  }

  private static Infrastructure containers(String host, String reason, Consumer<String> announce) {
    var containers = new ContainerInfrastructure(host);
    containers.start();
    return announced(containers, reason, announce);
  }

  private static Infrastructure embedded(String reason, Consumer<String> announce) {
    var embedded = new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
    embedded.start();
    return announced(embedded, reason, announce);
  }

  private static Infrastructure announced(
      Infrastructure chosen, String reason, Consumer<String> announce) {
    announce.accept("Tests run against %s services (%s)".formatted(chosen.kind(), reason));
    List<String> problems = chosen.check();
    if (!problems.isEmpty()) {
      chosen.close();
      throw new InfrastructureException(String.join("; ", problems));
    }
    return chosen;
  }

  private static @Nullable String first(Map<String, String> environment, List<String> names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value != null && !value.isBlank()) {
        return value;
      }
    }
    return null;
  }
}
