package dev.parley.infra;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The administrator's connection to a PostgreSQL of ours: is it there, and does it hold what Parley
 * needs?
 */
public final class PostgresSuperuser {

  public static final String NAME = "postgres";

  /**
   * Protects nothing: such a server listens on the loopback interface of a developer's machine
   * only.
   */
  public static final String PASSWORD = "postgres";

  private final DatabaseUrl server;

  public PostgresSuperuser(String host, int port) {
    this.server =
        DatabaseUrl.parse("postgres://%s:%s@%s:%d/postgres".formatted(NAME, PASSWORD, host, port));
  }

  /** Why the server does not answer; null when it does. */
  public @Nullable String problem() {
    return Probes.postgres(server.url());
  }

  /**
   * Makes an ordinary user {@code parley} and a database of the same name when they are missing.
   *
   * @return its URL
   */
  public String ensureDatabase() {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      if (isMissing(statement, "SELECT 1 FROM pg_roles WHERE rolname = 'parley'")) {
        statement.execute("CREATE ROLE parley LOGIN CREATEDB PASSWORD 'parley'");
      }
      if (isMissing(statement, "SELECT 1 FROM pg_database WHERE datname = 'parley'")) {
        statement.execute("CREATE DATABASE parley OWNER parley");
      }
      return server.withLogin("parley", "parley").withDatabase("parley").url();
    } catch (SQLException e) {
      throw new InfrastructureException("cannot make the database parley: " + e.getMessage(), e);
    }
  }

  private static boolean isMissing(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      return !rows.next();
    }
  }
}
