package dev.parley.infra;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The administrator's connection to the embedded PostgreSQL: is it there, and does it hold what
 * Parley needs?
 */
final class PostgresSuperuser {

  static final String NAME = "postgres";

  /**
   * Protects nothing: the server listens on the loopback interface of a developer's machine only.
   */
  static final String PASSWORD = "postgres";

  private static final String CONNECT_SECONDS = "5";
  private static final String ANSWER_SECONDS = "20";

  private final int port;

  PostgresSuperuser(int port) {
    this.port = port;
  }

  boolean answers() {
    return problem() == null;
  }

  @Nullable String problem() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1")) {
      return rows.next() ? null : "PostgreSQL on port %d returned nothing".formatted(port);
    } catch (SQLException e) {
      return "PostgreSQL does not answer on port %d: %s".formatted(port, e.getMessage());
    }
  }

  /** Makes Parley's user and database when they are missing. */
  void ensureDatabase() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      if (isMissing(statement, "SELECT 1 FROM pg_roles WHERE rolname = 'parley'")) {
        statement.execute("CREATE ROLE parley LOGIN CREATEDB PASSWORD 'parley'");
      }
      if (isMissing(statement, "SELECT 1 FROM pg_database WHERE datname = 'parley'")) {
        statement.execute("CREATE DATABASE parley OWNER parley");
      }
    } catch (SQLException e) {
      throw new InfrastructureException("cannot make the database parley: " + e.getMessage(), e);
    }
  }

  private static boolean isMissing(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      return !rows.next();
    }
  }

  private Connection connect() throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", NAME);
    properties.setProperty("password", PASSWORD);
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_SECONDS);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), properties);
  }
}
