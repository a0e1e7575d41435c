package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.BudgetStore;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Spend and holds as rows; the ledger's trigger keeps the spend. */
public final class PostgresBudgetStore implements BudgetStore {

  /** The row's lock is what lets several workers decide one after the other. */
  private static final String LOCK =
      "select spent_usd from tenant_spend where tenant_id = ? and month = ?::date for update";

  /** Writers of the ledger end first, and begin again when the row is there to be counted into. */
  private static final String HOLD_LEDGER = "lock table usage_events in share mode";

  private static final String MAKE =
      """
      insert into tenant_spend (tenant_id, month, spent_usd)
      select ?, ?::date, coalesce(sum(cost_usd), 0)
      from usage_events
      where tenant_id = ? and occurred_at >= ?::timestamptz and occurred_at < ?::timestamptz
      on conflict (tenant_id, month) do nothing
      """;

  private static final String FORGET =
      """
      delete from budget_holds
      where tenant_id = ? and month = ?::date and expires_at <= clock_timestamp()
      """;

  private static final String HELD =
      "select job_id, amount_usd from budget_holds where tenant_id = ? and month = ?::date";

  private static final String HOLD =
      """
      insert into budget_holds (job_id, tenant_id, month, amount_usd, expires_at)
      select r.job_id, ?, ?::date, r.amount, clock_timestamp() + r.millis * interval '1 ms'
      from unnest(?::text[], ?::numeric[], ?::bigint[]) as r(job_id, amount, millis)
      on conflict (job_id) do update set
        tenant_id = excluded.tenant_id,
        month = excluded.month,
        amount_usd = excluded.amount_usd,
        expires_at = excluded.expires_at
      """;

  private static final String RELEASE = "delete from budget_holds where job_id = any (?::text[])";

  private final Database database;

  public PostgresBudgetStore(Database database) {
    this.database = database;
  }

  private record Cell(TenantId tenantId, YearMonth month) {
    static final Comparator<Cell> ORDER =
        Comparator.comparing((Cell cell) -> cell.tenantId().value()).thenComparing(Cell::month);

    String firstDay() {
      return month.atDay(1).toString();
    }
  }

  @Override
  public List<Verdict> hold(List<Claim> claims) {
    Map<Cell, List<Integer>> byCell = new TreeMap<>(Cell.ORDER);
    for (int i = 0; i < claims.size(); i++) {
      Claim claim = claims.get(i);
      byCell
          .computeIfAbsent(new Cell(claim.tenantId(), claim.month()), cell -> new ArrayList<>())
          .add(i);
    }
    while (true) {
      @Nullable Verdict[] verdicts = new Verdict[claims.size()];
      List<Cell> unknown =
          database.transaction(null, connection -> decide(connection, byCell, claims, verdicts));
      if (unknown.isEmpty()) {
        List<Verdict> all = new ArrayList<>(claims.size());
        for (Verdict verdict : verdicts) {
          if (verdict == null) {
            throw new IllegalStateException("a claim was left undecided");
          }
          all.add(verdict);
        }
        return all;
      }
      unknown.forEach(this::make);
    }
  }

  /** Decides all, or nothing when the spend of some cells is not known yet. */
  private static List<Cell> decide(
      Connection connection,
      Map<Cell, List<Integer>> byCell,
      List<Claim> claims,
      @Nullable Verdict[] verdicts)
      throws SQLException {
    try (Statement quick = connection.createStatement()) {
      // Holds may be forgotten by a server that crashes: what they stand for stops with it.
      quick.execute("set local synchronous_commit = off");
    }
    Map<Cell, BigDecimal> spent = new LinkedHashMap<>();
    List<Cell> unknown = new ArrayList<>();
    for (Cell cell : byCell.keySet()) {
      BigDecimal known = lock(connection, cell);
      if (known == null) {
        unknown.add(cell);
      } else {
        spent.put(cell, known);
      }
    }
    if (unknown.isEmpty()) {
      for (Map.Entry<Cell, BigDecimal> each : spent.entrySet()) {
        decide(connection, each.getKey(), each.getValue(), byCell, claims, verdicts);
      }
    }
    return unknown;
  }

  private static void decide(
      Connection connection,
      Cell cell,
      BigDecimal spent,
      Map<Cell, List<Integer>> byCell,
      List<Claim> claims,
      @Nullable Verdict[] verdicts)
      throws SQLException {
    Map<JobId, BigDecimal> holds = holds(connection, cell);
    BigDecimal held = holds.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    Map<JobId, Claim> granted = new TreeMap<>(Comparator.comparing(JobId::value));
    for (int index : byCell.getOrDefault(cell, List.of())) {
      Claim claim = claims.get(index);
      BigDecimal own = holds.remove(claim.jobId());
      held = own == null ? held : held.subtract(own);
      boolean fits = spent.add(held).add(claim.amountUsd()).compareTo(claim.budgetUsd()) <= 0;
      verdicts[index] = new Verdict(fits, spent, held);
      if (fits || !claim.enforced()) {
        holds.put(claim.jobId(), claim.amountUsd());
        held = held.add(claim.amountUsd());
        granted.put(claim.jobId(), claim);
      }
    }
    write(connection, cell, List.copyOf(granted.values()));
  }

  private static @Nullable BigDecimal lock(Connection connection, Cell cell) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
      new Binder(lock).text(cell.tenantId().value()).text(cell.firstDay());
      try (ResultSet rows = lock.executeQuery()) {
        return rows.next() ? rows.getBigDecimal(1) : null;
      }
    }
  }

  private static Map<JobId, BigDecimal> holds(Connection connection, Cell cell)
      throws SQLException {
    try (PreparedStatement forget = connection.prepareStatement(FORGET);
        PreparedStatement held = connection.prepareStatement(HELD)) {
      new Binder(forget).text(cell.tenantId().value()).text(cell.firstDay());
      forget.executeUpdate();
      new Binder(held).text(cell.tenantId().value()).text(cell.firstDay());
      Map<JobId, BigDecimal> holds = new LinkedHashMap<>();
      try (ResultSet rows = held.executeQuery()) {
        while (rows.next()) {
          holds.put(new JobId(rows.getString(1)), rows.getBigDecimal(2));
        }
      }
      return holds;
    }
  }

  private static void write(Connection connection, Cell cell, List<Claim> granted)
      throws SQLException {
    if (granted.isEmpty()) {
      return;
    }
    try (PreparedStatement hold = connection.prepareStatement(HOLD)) {
      new Binder(hold)
          .text(cell.tenantId().value())
          .text(cell.firstDay())
          .texts(granted, claim -> claim.jobId().value())
          .decimals(granted, Claim::amountUsd)
          .numbers(granted, claim -> claim.atMost().toMillis());
      hold.executeUpdate();
    }
  }

  private void make(Cell cell) {
    database.transaction(
        null,
        connection -> {
          try (Statement lock = connection.createStatement();
              PreparedStatement make = connection.prepareStatement(MAKE)) {
            lock.execute(HOLD_LEDGER);
            new Binder(make)
                .text(cell.tenantId().value())
                .text(cell.firstDay())
                .text(cell.tenantId().value())
                .text(cell.month().atDay(1) + "T00:00:00Z")
                .text(cell.month().plusMonths(1).atDay(1) + "T00:00:00Z");
            return make.executeUpdate();
          }
        });
  }

  @Override
  public void release(Collection<JobId> jobIds) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement release = connection.prepareStatement(RELEASE)) {
            new Binder(release).texts(jobIds, JobId::value);
            return release.executeUpdate();
          }
        });
  }
}
