package dev.parley.storage.postgres;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.parley.schemas.TenantId;
import dev.parley.storage.NoEntryException;
import dev.parley.storage.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one PostgreSQL database, whose schema {@link #start()} makes or brings up to
 * date.
 *
 * <p>Safe for use by many threads between {@link #start()} and {@link #close()}.
 */
public final class Database implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  /** How often a transaction runs again that lost against another one. */
  private static final int MAX_ATTEMPTS = 8;

  private final DatabaseConfig config;
  private volatile @Nullable HikariDataSource pool;
  private volatile boolean away;

  public Database(DatabaseConfig config) {
    this.config = config;
  }

  /**
   * Migrates the schema and opens the pool. Several services may start at once: one migrates, the
   * others wait. A server that is not up yet is waited for.
   *
   * @throws StoreUnavailableException when the server has not come up in time
   * @throws NoEntryException when the server does not let us in
   * @throws IllegalStateException when the schema does not fit
   */
  public void start() {
    startWithin(config.startTimeout());
  }

  /**
   * As {@link #start()}, with a limit of its own.
   *
   * @param limit how long a server that is not up yet is waited for
   */
  public void startWithin(Duration limit) {
    if (pool != null) {
      throw new IllegalStateException("the database was started before");
    }
    boolean takesRole = new Migration(config.withStartTimeout(limit)).run();
    pool = new HikariDataSource(hikariConfig(takesRole));
    log.atInfo().setMessage("database ready").addKeyValue("url", config.url().jdbcUrl()).log();
  }

  /**
   * @throws StoreUnavailableException when PostgreSQL does not answer
   */
  public void check() {
    statement(
        null,
        connection -> {
          try (PreparedStatement ping = connection.prepareStatement("select 1")) {
            return ping.execute();
          }
        });
  }

  @Override
  public void close() {
    HikariDataSource open = pool;
    if (open != null) {
      open.close();
    }
  }

  /** What is done with a connection. */
  @FunctionalInterface
  interface Work<T> {
    @Nullable T run(Connection connection) throws SQLException;
  }

  /**
   * Runs one statement in a transaction of its own.
   *
   * @param tenant for whom; null: for all of them
   */
  <T> T statement(@Nullable TenantId tenant, Work<T> work) {
    return requireNonNull(lookUp(tenant, work));
  }

  /** As {@link #statement}, for what may not be there. */
  <T> @Nullable T lookUp(@Nullable TenantId tenant, Work<T> work) {
    return config.scope() == DatabaseConfig.Scope.TENANT
        ? retried(() -> inTransaction(tenant, work))
        : retried(() -> autoCommitted(work));
  }

  /** Runs several statements in one transaction, again when it lost against another one. */
  <T> T transaction(@Nullable TenantId tenant, Work<T> work) {
    return requireNonNull(transactionOrNull(tenant, work));
  }

  /** As {@link #transaction}, for what may come to nothing. */
  <T> @Nullable T transactionOrNull(@Nullable TenantId tenant, Work<T> work) {
    return retried(() -> inTransaction(tenant, work));
  }

  /** Runs several statements in one transaction, once. */
  <T> T transactionOnce(@Nullable TenantId tenant, Work<T> work) {
    try {
      T result = requireNonNull(inTransaction(tenant, work));
      answered();
      return result;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private <T> @Nullable T autoCommitted(Work<T> work) throws SQLException {
    try (Connection connection = open().getConnection()) {
      return work.run(connection);
    }
  }

  private <T> @Nullable T inTransaction(@Nullable TenantId tenant, Work<T> work)
      throws SQLException {
    try (Connection connection = open().getConnection()) {
      connection.setAutoCommit(false);
      boolean done = false;
      try {
        nameScope(connection, tenant);
        T result = work.run(connection);
        connection.commit();
        done = true;
        return result;
      } finally {
        // the pool resets auto-commit, and drops connections that broke
        if (!done) {
          rollBack(connection);
        }
      }
    }
  }

  private void nameScope(Connection connection, @Nullable TenantId tenant) throws SQLException {
    if (config.scope() == DatabaseConfig.Scope.SERVICE) {
      return;
    }
    try (PreparedStatement name =
        connection.prepareStatement(
            tenant == null
                ? "select set_config('parley.scope', 'service', true)"
                : "select set_config('parley.tenant', ?, true)")) {
      if (tenant != null) {
        name.setString(1, tenant.value());
      }
      name.execute();
    }
  }

  private void rollBack(Connection connection) {
    try {
      if (connection.unwrap(Connection.class).isClosed()) {
        // given up by whoever used it; the pool would find out by an error that it warns of
        open().evictConnection(connection);
        return;
      }
      connection.rollback();
    } catch (SQLException e) {
      log.atDebug().setMessage("rollback failed").addKeyValue("state", e.getSQLState()).log();
    }
  }

  private interface Attempt<T> {
    @Nullable T run() throws SQLException;
  }

  private <T> @Nullable T retried(Attempt<T> attempt) {
    for (int n = 1; ; n++) {
      try {
        T result = attempt.run();
        answered();
        return result;
      } catch (SQLException e) {
        if (!SqlErrors.isRetryable(e) || n == MAX_ATTEMPTS) {
          throw failed(e);
        }
        pause(n, e);
      }
    }
  }

  private void answered() {
    if (away) {
      away = false;
      log.atInfo().setMessage("postgres answers again").log();
    }
  }

  /** Tells once that the server is away; what fails meanwhile fails for that reason. */
  private RuntimeException failed(SQLException e) {
    if (SqlErrors.isAway(e) && !away) {
      away = true;
      log.atWarn()
          .setMessage("postgres does not answer")
          .addKeyValue("state", e.getSQLState())
          .addKeyValue("cause", e.getClass().getSimpleName())
          .log();
    }
    return SqlErrors.translate(e);
  }

  private static void pause(int attempt, SQLException cause) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(1L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("PostgreSQL", cause);
    }
  }

  private HikariDataSource open() {
    HikariDataSource open = pool;
    if (open == null) {
      throw new IllegalStateException("the database was not started");
    }
    if (open.isClosed()) {
      throw new StoreUnavailableException(
          "PostgreSQL", new IllegalStateException("the database was closed"));
    }
    return open;
  }

  private HikariConfig hikariConfig(boolean takesRole) {
    HikariConfig hikari = new HikariConfig();
    hikari.setPoolName("parley");
    hikari.setDataSource(Drivers.dataSource(config, config.socketTimeout()));
    hikari.setMaximumPoolSize(config.poolSize());
    hikari.setConnectionTimeout(config.acquireTimeout().toMillis());
    hikari.setValidationTimeout(Math.max(250, config.acquireTimeout().toMillis() / 2));
    hikari.setInitializationFailTimeout(-1);
    if (config.scope() == DatabaseConfig.Scope.SERVICE) {
      hikari.setConnectionInitSql("set parley.scope = 'service'");
    } else if (takesRole) {
      hikari.setConnectionInitSql(TenantRole.TAKE);
    }
    return hikari;
  }
}
