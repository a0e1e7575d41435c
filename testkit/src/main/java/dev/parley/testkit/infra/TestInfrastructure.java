package dev.parley.testkit.infra;

import dev.parley.infra.DatabaseUrl;
import dev.parley.infra.Infrastructure;
import dev.parley.infra.InfrastructureException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The services that tests share, and what keeps tests apart on them: databases and names of their
 * own.
 *
 * <p>Safe to use from any thread.
 */
public final class TestInfrastructure implements AutoCloseable {

  private final Infrastructure infrastructure;
  private final List<String> databases = new ArrayList<>();

  TestInfrastructure(Infrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  /**
   * Takes the services that the environment names, else containers when an engine has the images,
   * else embedded ones, and waits until they answer.
   *
   * @param announce is told the choice and its reason, in one line
   */
  public static TestInfrastructure choose(
      Map<String, String> environment, Consumer<String> announce) {
    return new TestInfrastructure(InfrastructureChoice.make(environment, announce));
  }

  /** {@code environment}, {@code containers} or {@code embedded}. */
  public String kind() {
    return infrastructure.kind();
  }

  public String kafkaBootstrapServers() {
    return infrastructure.kafkaBootstrapServers();
  }

  /** A database that all tests of this run see; prefer {@link #freshDatabase()}. */
  public String databaseUrl() {
    return infrastructure.databaseUrl();
  }

  public String redisUrl() {
    return infrastructure.redisUrl();
  }

  /** A line for each service that does not answer. */
  public List<String> check() {
    return infrastructure.check();
  }

  /**
   * Makes an empty database, dropped at the end of the run.
   *
   * @return its URL, in the {@code postgres://} form
   */
  public String freshDatabase() {
    String name = "parley_test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    // the name is our own hexadecimal; an identifier cannot be a parameter
    execute("CREATE DATABASE " + name);
    synchronized (databases) {
      databases.add(name);
    }
    return DatabaseUrl.parse(infrastructure.databaseUrl()).withDatabase(name).url();
  }

  /** A name for a topic, a consumer group or a Redis key prefix that no other test uses. */
  public String uniqueName(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  @Override
  public void close() {
    try {
      dropDatabases();
    } finally {
      infrastructure.close();
    }
  }

  private void dropDatabases() {
    if (infrastructure.kind().equals(InfrastructureChoice.ENVIRONMENT)) {
      synchronized (databases) {
        databases.forEach(name -> execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"));
        databases.clear();
      }
    }
  }

  private void execute(String statement) {
    try (Connection connection = DatabaseUrl.parse(infrastructure.databaseUrl()).connect();
        Statement executed = connection.createStatement()) {
      executed.execute(statement);
    } catch (SQLException e) {
      throw new InfrastructureException("%s failed: %s".formatted(statement, e.getMessage()), e);
    }
  }
}
