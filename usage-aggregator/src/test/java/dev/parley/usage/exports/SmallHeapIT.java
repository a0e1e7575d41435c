package dev.parley.usage.exports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.storage.postgres.DatabaseUrl;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files come out whole from a process whose heap could not hold them. */
@UsesInfrastructure
final class SmallHeapIT {

  private static final int ROWS = 250_000;
  private static final long HEAP_MIB = 32;

  private static final String FILL =
      """
      insert into usage_events (event_id, job_id, tenant_id, session_id, provider, model,
        finish_reason, duration_ms, occurred_at, routing_decision, metadata, input_tokens,
        output_tokens, cached_tokens, cached_read_tokens, cached_write_tokens, reasoning_tokens,
        cost_usd, price_version, estimated)
      select 'job_' || lpad(i::text, 44, '0') || '.1.1', 'job_' || lpad(i::text, 44, '0'), 'acme',
        'session-' || i % 1000, 'openai', 'gpt-5-mini', 'stop', 1000,
        timestamptz '2026-03-04T00:00:00Z' + i * interval '300 milliseconds', 'default:gpt-5-mini',
        '{"team":"north"}', 900, 200, 100, 100, 0, 20, 0.000123, 'book-1', false
      from generate_series(1, ?) i
      """;

  @TempDir private Path directory;

  @Test
  void filesLargerThanTheHeapAreWrittenWithAllRows(TestInfrastructure infrastructure)
      throws Exception {
    String url = infrastructure.freshDatabase();
    try (Stores stores =
        new Stores(
            StoreConfig.fromEnv(Map.of("DATABASE_URL", url), Scope.SERVICE, 1),
            null,
            Clock.systemUTC())) {
      stores.start();
      stores.usage().recordPriceBook("book-1", Books.FIRST);
      fill(DatabaseUrl.parse("DATABASE_URL", url));
      new Ledger(stores).writeTotals();
    }

    assertThat(run(url)).isZero();

    Path copied = directory.resolve("copied.csv");
    assertThat(Files.size(copied)).isGreaterThan(HEAP_MIB << 20);
    assertThat(Files.mismatch(copied, directory.resolve("by-library.csv"))).isEqualTo(-1);
    try (Stream<String> lines = Files.lines(copied)) {
      assertThat(lines.count()).isEqualTo(ROWS + 1);
    }
    assertThat(Files.readString(directory.resolve("exports/acme/2026-03-04.csv")))
        .contains("openai,gpt-5-mini," + ROWS + ",");
  }

  private static void fill(DatabaseUrl database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement scope = connection.createStatement();
        PreparedStatement fill = connection.prepareStatement(FILL)) {
      scope.execute("set parley.scope = 'service'");
      fill.setInt(1, ROWS);
      fill.execute();
    }
  }

  private int run(String databaseUrl) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
                "acme",
                directory.toString(),
                "2026-03-05T01:00:00Z"));
    builder.environment().put("DATABASE_URL", databaseUrl);
    builder.inheritIO();
    return builder.start().waitFor();
  }
}
