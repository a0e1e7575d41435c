package dev.parley.infra;

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Does a service answer? Each method returns the reason why it does not, without secrets, or null
 * when it does.
 */
public final class Probes {

  private static final int TIMEOUT_MILLIS = 5_000;

  private Probes() {}

  public static @Nullable String kafka(String bootstrapServers) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "request.timeout.ms", TIMEOUT_MILLIS,
            "default.api.timeout.ms", TIMEOUT_MILLIS);
    try (Admin admin = Admin.create(config)) {
      admin.describeCluster().nodes().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
      return null;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return "Kafka does not answer at %s".formatted(bootstrapServers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  public static @Nullable String postgres(String databaseUrl) {
    try (Connection connection = DatabaseUrl.parse(databaseUrl).connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1")) {
      return rows.next() ? null : "PostgreSQL returned nothing";
    } catch (SQLException e) {
      return "PostgreSQL does not answer: %s".formatted(e.getMessage());
    }
  }

  public static @Nullable String redis(String redisUrl) {
    URI uri = URI.create(redisUrl);
    int port = uri.getPort() < 0 ? 6379 : uri.getPort();
    try {
      String answer = RedisPing.ping(uri.getHost(), port);
      // a server that asks for a password is there
      boolean alive = answer.equals("+PONG") || answer.startsWith("-NOAUTH");
      return alive ? null : "Redis answers at %s:%d: %s".formatted(uri.getHost(), port, answer);
    } catch (IOException e) {
      return "Redis does not answer at %s:%d: %s".formatted(uri.getHost(), port, e.getMessage());
    }
  }
}
