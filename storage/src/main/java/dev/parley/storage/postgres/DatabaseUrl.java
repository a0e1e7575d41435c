package dev.parley.storage.postgres;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where PostgreSQL is and who we are there. Its text never holds the password, so it may be logged.
 *
 * @param jdbcUrl without user and password
 */
public record DatabaseUrl(String jdbcUrl, @Nullable String user, @Nullable String password) {

  private static final String JDBC = "jdbc:postgresql:";

  /** libpq's names of settings that the driver knows under other names. */
  private static final Map<String, String> DRIVER_NAMES =
      Map.of(
          "application_name", "ApplicationName",
          "connect_timeout", "connectTimeout",
          "channel_binding", "channelBinding",
          "target_session_attrs", "targetServerType");

  private static final Map<String, String> SERVER_TYPES =
      Map.of("read-write", "primary", "read-only", "secondary", "standby", "secondary");

  /**
   * Reads {@code postgres://}, {@code postgresql://} and {@code jdbc:postgresql://} URLs. User and
   * password stand before the host, or in the parameters {@code user} and {@code password}; both
   * are percent-decoded.
   *
   * @param variable the setting that the value came from, named in errors
   * @throws IllegalArgumentException when the value is no such URL; the message does not show it
   */
  public static DatabaseUrl parse(String variable, String value) {
    String rest;
    if (value.startsWith("postgres://")) {
      rest = value.substring("postgres://".length());
    } else if (value.startsWith("postgresql://")) {
      rest = value.substring("postgresql://".length());
    } else if (value.startsWith(JDBC + "//")) {
      rest = value.substring(JDBC.length() + 2);
    } else {
      throw new IllegalArgumentException(
          variable + " must begin with postgres://, postgresql:// or jdbc:postgresql://");
    }
    int question = rest.indexOf('?');
    String beforeQuery = question < 0 ? rest : rest.substring(0, question);
    int slash = pathBegin(beforeQuery);
    String authority = slash < 0 ? beforeQuery : beforeQuery.substring(0, slash);
    String database = slash < 0 ? "" : beforeQuery.substring(slash + 1);
    int at = authority.lastIndexOf('@');
    String hosts = authority.substring(at + 1);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException(variable + " names no host");
    }
    requirePorts(variable, hosts);
    Map<String, String> parameters =
        question < 0 ? Map.of() : parameters(variable, rest.substring(question + 1));

    String user = parameters.get("user");
    String password = parameters.get("password");
    if (at >= 0) {
      String credentials = authority.substring(0, at);
      int colon = credentials.indexOf(':');
      user = decode(variable, colon < 0 ? credentials : credentials.substring(0, colon));
      password = colon < 0 ? password : decode(variable, credentials.substring(colon + 1));
    }
    if (database.isEmpty()) {
      if (user == null) {
        throw new IllegalArgumentException(variable + " names no database");
      }
      database = encode(user);
    }
    return new DatabaseUrl(
        JDBC + "//" + hosts + "/" + database + query(parameters), user, password);
  }

  /** A password may hold a slash that nobody encoded: the path begins after the credentials. */
  private static int pathBegin(String beforeQuery) {
    int at = beforeQuery.lastIndexOf('@');
    return beforeQuery.indexOf('/', at + 1);
  }

  private static void requirePorts(String variable, String hosts) {
    for (String host : hosts.split(",", -1)) {
      int colon = host.lastIndexOf(':');
      boolean hasPort = colon >= 0 && host.indexOf(']', colon) < 0;
      if (hasPort && !host.substring(colon + 1).matches("[0-9]{1,5}")) {
        throw new IllegalArgumentException(variable + " has a port that is not a number");
      }
      if ((hasPort ? host.substring(0, colon) : host).isEmpty()) {
        throw new IllegalArgumentException(variable + " names an empty host");
      }
    }
  }

  private static Map<String, String> parameters(String variable, String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(variable + " has a parameter that is not name=value");
      }
      parameters.put(pair.substring(0, equals), decode(variable, pair.substring(equals + 1)));
    }
    return parameters;
  }

  private static String query(Map<String, String> parameters) {
    String query =
        parameters.entrySet().stream()
            .filter(p -> !p.getKey().equals("user") && !p.getKey().equals("password"))
            .map(p -> driverName(p.getKey()) + "=" + encode(driverValue(p.getKey(), p.getValue())))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? "" : "?" + query;
  }

  private static String driverName(String name) {
    return DRIVER_NAMES.getOrDefault(name, name);
  }

  private static String driverValue(String name, String value) {
    return name.equals("target_session_attrs") ? SERVER_TYPES.getOrDefault(value, value) : value;
  }

  private static String decode(String variable, String text) {
    try {
      // a plus sign stands for itself in these URLs
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          variable + " has a % that is not followed by two hexadecimal digits");
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return "DatabaseUrl[" + jdbcUrl + ", user=" + user + "]";
  }
}
