package dev.parley.storage.postgres;

import static java.util.Objects.requireNonNull;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ExportStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of the exports as rows. */
public final class PostgresExportStore implements ExportStore {

  /** Names the lock of those who write exports; any number that nothing else locks. */
  private static final long LOCK = 0x7061_726c_6579_0005L;

  private static final String TOLD =
      """
      select tenant_id, day, correction, closed, summary from usage_exports
      where day >= ?::date and day < ?::date and (?::text is null or tenant_id = ?)
      order by tenant_id, day, correction
      """;

  private static final String TELL =
      """
      insert into usage_exports as e (tenant_id, day, correction, closed, summary)
      values (?, ?::date, ?, ?, ?::json)
      on conflict (tenant_id, day, correction) do update
        set closed = excluded.closed, summary = excluded.summary, stored = null
        where not e.closed
      """;

  private static final String NOT_STORED =
      """
      select tenant_id, day, correction, closed, summary from usage_exports
      where day >= ?::date and stored is distinct from ?
      order by day, tenant_id, correction
      """;

  private static final String STORED =
      """
      update usage_exports set stored = ?
      where tenant_id = ? and day = ?::date and correction = ?
      """;

  private static final String LAST_DAY = "select max(day) as day from usage_exports";

  private static final String TRY_LOCK = "select pg_try_advisory_xact_lock(?) as locked";

  private final Database database;

  public PostgresExportStore(Database database) {
    this.database = database;
  }

  @Override
  public List<Told> told(@Nullable TenantId tenantId, LocalDate since, LocalDate until) {
    String tenant = tenantId == null ? null : tenantId.value();
    return database.statement(
        tenantId,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(TOLD)) {
            new Binder(select)
                .text(since.toString())
                .text(until.toString())
                .text(tenant)
                .text(tenant);
            return read(select);
          }
        });
  }

  @Override
  public boolean tell(Told told) {
    return database.statement(
        told.tenantId(),
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(TELL)) {
            insert.setString(1, told.tenantId().value());
            insert.setString(2, told.day().toString());
            insert.setInt(3, told.correction());
            insert.setBoolean(4, told.closed());
            insert.setString(5, told.summary());
            return insert.executeUpdate() == 1;
          }
        });
  }

  @Override
  public List<Told> notStored(String form, LocalDate since) {
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(NOT_STORED)) {
            new Binder(select).text(since.toString()).text(form);
            return read(select);
          }
        });
  }

  @Override
  public void stored(Told told, String form) {
    database.statement(
        told.tenantId(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(STORED)) {
            new Binder(update)
                .text(form)
                .text(told.tenantId().value())
                .text(told.day().toString())
                .integer(told.correction());
            return update.executeUpdate();
          }
        });
  }

  @Override
  public @Nullable LocalDate lastDay() {
    return database.lookUp(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(LAST_DAY);
              ResultSet rows = select.executeQuery()) {
            return rows.next() ? rows.getObject("day", LocalDate.class) : null;
          }
        });
  }

  @Override
  public boolean exclusively(Runnable work) {
    return database.transactionOnce(
        null,
        connection -> {
          try (PreparedStatement lock = connection.prepareStatement(TRY_LOCK)) {
            new Binder(lock).number(LOCK);
            try (ResultSet rows = lock.executeQuery()) {
              if (!rows.next() || !rows.getBoolean("locked")) {
                return false;
              }
            }
            // The lock goes with the transaction, also when this process is killed.
            work.run();
            return true;
          }
        });
  }

  private static List<Told> read(PreparedStatement select) throws SQLException {
    List<Told> told = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        told.add(
            new Told(
                new TenantId(rows.getString("tenant_id")),
                requireNonNull(rows.getObject("day", LocalDate.class)),
                rows.getInt("correction"),
                rows.getBoolean("closed"),
                rows.getString("summary")));
      }
    }
    return told;
  }
}
