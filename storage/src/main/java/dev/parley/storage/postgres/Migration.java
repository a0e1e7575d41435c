package dev.parley.storage.postgres;

import dev.parley.storage.NoEntryException;
import dev.parley.storage.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the server and brings the schema up to date, one service at a time. */
final class Migration {

  private static final Logger log = LoggerFactory.getLogger(Migration.class);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  /** Any number that nobody else is likely to lock by. */
  private static final long LOCK = 0x7061_726c_6579L;

  private final DatabaseConfig config;

  Migration(DatabaseConfig config) {
    this.config = config;
  }

  /**
   * @return whether connections have to take the {@link TenantRole}
   */
  boolean run() {
    // no socket timeout: a migration may take long, or wait for another service's
    DataSource source = Drivers.dataSource(config, Duration.ZERO);
    try (Connection lock = awaitServer(source);
        Statement statement = lock.createStatement()) {
      // Flyway's own lock does not cover its look at a schema that holds other things already
      statement.execute("select pg_advisory_lock(%d)".formatted(LOCK));
      migrate(source);
      return config.scope() == DatabaseConfig.Scope.TENANT && TenantRole.prepare(lock);
    } catch (SQLException e) {
      throw SqlErrors.translate(e);
    }
  }

  private static void migrate(DataSource source) {
    MigrateResult result =
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:db/migration")
            .table("parley_schema_history")
            .baselineOnMigrate(true)
            .baselineVersion("0")
            .load()
            .migrate();
    log.atInfo()
        .setMessage("schema ready")
        .addKeyValue("migrationsRun", result.migrationsExecuted)
        .log();
  }

  private Connection awaitServer(DataSource source) {
    long deadline = System.nanoTime() + config.startTimeout().toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    boolean told = false;
    while (true) {
      try {
        return source.getConnection();
      } catch (SQLException e) {
        if (SqlErrors.isFatalAtStart(e)) {
          throw new NoEntryException(SqlErrors.whyFatalAtStart(e), e);
        }
        if (System.nanoTime() - deadline >= 0) {
          throw new StoreUnavailableException("PostgreSQL", e);
        }
        if (!told) {
          log.atWarn()
              .setMessage("waiting for database")
              .addKeyValue("url", config.url().jdbcUrl())
              .addKeyValue("state", e.getSQLState())
              .addKeyValue("limit", config.startTimeout())
              .log();
          told = true;
        }
        sleep(pause, e);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      }
    }
  }

  private static void sleep(long millis, SQLException cause) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("PostgreSQL", cause);
    }
  }
}
