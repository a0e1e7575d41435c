package dev.parley.infra;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * A {@code postgres://user:password@host:port/database} URL, for plain JDBC connections and for
 * naming a sister database.
 */
public final class DatabaseUrl {

  private static final String CONNECT_SECONDS = "5";
  private static final String ANSWER_SECONDS = "30";

  private final URI uri;

  private DatabaseUrl(URI uri) {
    this.uri = uri;
  }

  /**
   * Takes the {@code postgres://} form apart.
   *
   * @throws InfrastructureException when it is another form; the message does not repeat it, for it
   *     may hold a password
   */
  public static DatabaseUrl parse(String url) {
    if (!url.startsWith("postgres://") && !url.startsWith("postgresql://")) {
      throw new InfrastructureException(
          "the database URL must have the form postgres://user:password@host/database");
    }
    return new DatabaseUrl(URI.create(url));
  }

  /** The same server and user, another database. */
  public DatabaseUrl withDatabase(String name) {
    return with(uri.getRawAuthority(), "/" + name);
  }

  /** The same database, another user; neither name nor password may need escaping. */
  DatabaseUrl withLogin(String user, String password) {
    return with(
        "%s:%s@%s:%d".formatted(user, password, uri.getHost(), uri.getPort()), uri.getRawPath());
  }

  private DatabaseUrl with(String authority, String path) {
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new DatabaseUrl(
        URI.create("%s://%s%s%s".formatted(uri.getScheme(), authority, path, query)));
  }

  /** A new connection, for the caller to close. */
  public Connection connect() throws SQLException {
    var properties = new Properties();
    String login = uri.getRawUserInfo();
    if (login != null) {
      String[] parts = login.split(":", 2);
      properties.setProperty("user", decoded(parts[0]));
      if (parts.length == 2) {
        properties.setProperty("password", decoded(parts[1]));
      }
    }
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_SECONDS);
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    int port = uri.getPort() < 0 ? 5432 : uri.getPort();
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s%s".formatted(uri.getHost(), port, uri.getRawPath(), query),
        properties);
  }

  /** The URL, with its password. */
  public String url() {
    return uri.toString();
  }

  /** Without the login. */
  @Override
  public String toString() {
    return "%s:%d%s".formatted(uri.getHost(), uri.getPort(), uri.getRawPath());
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
