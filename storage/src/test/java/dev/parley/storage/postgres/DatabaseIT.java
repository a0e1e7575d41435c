package dev.parley.storage.postgres;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.infra.PostgresSuperuser;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.storage.NewSession;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class DatabaseIT {

  private static DatabaseUrl urlOf(String database) {
    return DatabaseUrl.parse(
        "DATABASE_URL",
        Services.infrastructure().databaseUrl().replaceAll("/parley$", "/" + database));
  }

  private static void run(String sql) throws SQLException {
    DatabaseUrl url = Services.url();
    try (Connection connection =
            DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void several_services_that_start_at_once_make_the_schema_together() throws Exception {
    run("create database starts_at_once");
    DatabaseConfig config = DatabaseConfig.of(urlOf("starts_at_once"), Scope.SERVICE);
    List<Database> databases = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      databases.add(new Database(config.withPoolSize(1)));
    }
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<Callable<Object>> starts =
          databases.stream().map(database -> Executors.callable(database::start)).toList();
      for (Future<Object> start : executor.invokeAll(starts)) {
        start.get();
      }
    }
    for (Database database : databases) {
      database.check();
      database.close();
      database.close();
    }
  }

  @Test
  void a_server_that_is_not_there_is_unavailable() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    DatabaseUrl nowhere =
        DatabaseUrl.parse("DATABASE_URL", "postgres://u:s3cret@127.0.0.1:" + port + "/x");
    DatabaseConfig config =
        DatabaseConfig.of(nowhere, Scope.SERVICE).withStartTimeout(Duration.ofMillis(200));

    try (Database database = new Database(config)) {
      assertThatThrownBy(database::start)
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void a_wrong_password_is_told_at_once() {
    DatabaseUrl right = Services.url();
    DatabaseUrl wrong = new DatabaseUrl(right.jdbcUrl(), right.user(), "s3cret");

    try (Database database = new Database(DatabaseConfig.of(wrong, Scope.SERVICE))) {
      assertThatThrownBy(database::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("28P01")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void no_free_connection_in_time_is_unavailable() {
    DatabaseConfig config =
        DatabaseConfig.of(Services.url(), Scope.SERVICE)
            .withPoolSize(1)
            .withAcquireTimeout(Duration.ofMillis(300));
    try (Database database = new Database(config)) {
      database.start();
      database.statement(
          null,
          held -> {
            assertThatThrownBy(database::check).isInstanceOf(StoreUnavailableException.class);
            return true;
          });
      assertThatCode(database::check).doesNotThrowAnyException();
    }
  }

  @Test
  void a_connection_that_the_server_ended_is_unavailable_and_replaced() {
    try (Database database =
        new Database(DatabaseConfig.of(Services.url(), Scope.SERVICE).withPoolSize(1))) {
      database.start();
      assertThatThrownBy(() ->
              database.statement(
                  null,
                  connection -> {
                    try (Statement statement = connection.createStatement()) {
                      return statement.execute("select pg_terminate_backend(pg_backend_pid())");
                    }
                  }))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatCode(database::check).doesNotThrowAnyException();
    }
  }

  @Test
  void a_transaction_that_loses_a_deadlock_runs_again() throws Exception {
    PostgresSessionStore sessions = new PostgresSessionStore(Services.database());
    SessionKey a = Samples.session();
    SessionKey b = Samples.session(a.tenantId());
    sessions.create(NewSession.empty(a, NOW));
    sessions.create(NewSession.empty(b, NOW));
    CyclicBarrier barrier = new CyclicBarrier(2);
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      Future<Integer> one = executor.submit(() -> lockBoth(a, b, barrier));
      Future<Integer> two = executor.submit(() -> lockBoth(b, a, barrier));
      // one of them lost at least once, and both came through
      assertThat(one.get() + two.get()).isGreaterThan(2);
    }
  }

  private static int lockBoth(SessionKey first, SessionKey second, CyclicBarrier barrier) {
    int[] runs = new int[1];
    return Services.database()
        .transaction(
            null,
            connection -> {
              runs[0]++;
              PostgresSessionStore.find(connection, first, " for update");
              if (runs[0] == 1) {
                try {
                  barrier.await();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }
              PostgresSessionStore.find(connection, second, " for update");
              return runs[0];
            });
  }

  @Test
  void row_level_security_hides_other_tenants_even_from_statements_that_forget_them() {
    requireFence(Services.url());
  }

  @Test
  void row_level_security_holds_for_a_superuser_too() {
    DatabaseUrl superuser =
        new DatabaseUrl(
            Services.url().jdbcUrl(), PostgresSuperuser.NAME, PostgresSuperuser.PASSWORD);
    requireFence(superuser);
    // the role and its rights are there already
    requireFence(superuser);
  }

  private static void requireFence(DatabaseUrl url) {
    SessionKey mine = Samples.session();
    SessionKey theirs = Samples.session();
    try (Database database = new Database(DatabaseConfig.of(url, Scope.TENANT).withPoolSize(2))) {
      database.start();
      PostgresSessionStore sessions = new PostgresSessionStore(database);
      sessions.create(
          new NewSession(mine, NOW, "s", List.of(Samples.user("a")), null, null, null, null, null));
      sessions.create(NewSession.empty(theirs, NOW));
      JobId job = Samples.job();
      new PostgresTurnWriter(database).commit(List.of(Samples.failed(job, mine, 1)));

      assertThat(count(database, mine.tenantId(), "sessions")).isEqualTo(1);
      assertThat(count(database, mine.tenantId(), "messages")).isEqualTo(2);
      assertThat(count(database, mine.tenantId(), "jobs")).isEqualTo(1);
      assertThat(count(database, mine.tenantId(), "usage_events")).isEqualTo(1);
      assertThat(copied(database, mine.tenantId())).isEqualTo(1);
      assertThat(copied(database, theirs.tenantId())).isZero();
      assertThat(count(database, theirs.tenantId(), "messages")).isZero();
      assertThat(count(database, theirs.tenantId(), "usage_events")).isZero();
      assertThat(count(database, null, "sessions")).isGreaterThanOrEqualTo(2);
      assertThatThrownBy(() -> move(database, mine.tenantId(), theirs.tenantId()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("42501");
      // what the pool hands out next remembers nothing
      assertThat(sessions.find(theirs)).isNotNull();
      assertThat(
              new PostgresUsageStore(database, Clock.systemUTC())
                  .sum(UsageFilter.ofTenant(mine.tenantId()), List.of(), ZoneOffset.UTC))
          .hasSize(1);
    }
  }

  private static int count(Database database, TenantId tenant, String table) {
    return database.statement(
        tenant,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getInt(1);
          }
        });
  }

  /** Lines of a copy whose filter forgets the tenant. */
  private static int copied(Database database, TenantId tenant) {
    return database.transactionOnce(
        tenant,
        connection -> {
          List<byte[]> lines = new ArrayList<>();
          new UsageCopy(new UsageFilter(null, null, null, null, null, null, null))
              .run(connection, lines::add);
          return lines.size();
        });
  }

  private static void move(Database database, TenantId from, TenantId to) {
    database.statement(
        from,
        connection -> {
          try (var update = connection.prepareStatement("update sessions set tenant_id = ?")) {
            update.setString(1, to.value());
            return update.executeUpdate();
          }
        });
  }

  @Test
  void without_a_scope_a_connection_sees_nothing() throws Exception {
    new PostgresSessionStore(Services.database()).create(NewSession.empty(Samples.session(), NOW));
    DatabaseUrl url = Services.url();
    try (Connection connection =
            DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from sessions")) {
      rows.next();
      assertThat(rows.getInt(1)).isZero();
    }
  }
}
