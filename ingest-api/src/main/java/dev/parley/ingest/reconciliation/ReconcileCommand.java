package dev.parley.ingest.reconciliation;

import dev.parley.schemas.Identifiers;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageStore;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether usage adds up; its exit code says it too. What is still on its way to the totals
 * looks like a difference, so one is only told when it stays for a while.
 */
public final class ReconcileCommand {

  public static final int BALANCED = 0;
  public static final int NOT_BALANCED = 1;
  public static final int USAGE_ERROR = 2;
  public static final int UNAVAILABLE = 3;

  private static final String USAGE =
      """
      usage: reconcile [--since TIME] [--until TIME] [--tenant TENANT] [--wait SECONDS]
        --since, --until  whole hours of UTC, as 2026-01-31T12:00:00Z or 2026-01-31; the last 24 hours
        --tenant          one tenant only
        --wait            how long differences must stay to be told; 10
      exit code: 0 balanced, 1 not balanced, 2 wrong usage, 3 PostgreSQL is away
      """;

  private static final Set<String> OPTIONS = Set.of("--since", "--until", "--tenant", "--wait");
  private static final Duration TRACE_LIMIT = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final String ROW = "%-20s  %-20s %10s %10s %10s %10s %10s  %10s %10s  %s%n";

  private final Reconciler reconciler;
  private final Clock clock;
  private final PrintStream out;
  private final PrintStream err;

  public ReconcileCommand(
      UsageAudit audit,
      UsageStore store,
      PublishedUsage published,
      Clock clock,
      PrintStream out,
      PrintStream err) {
    this.reconciler = new Reconciler(audit, store, published);
    this.clock = clock;
    this.out = out;
    this.err = err;
  }

  /** Whether {@link #run} knows what to do with these words; says why not. */
  public static boolean understands(List<String> args, Clock clock, PrintStream err) {
    try {
      parse(args, clock);
      return true;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.print(USAGE);
      return false;
    }
  }

  /**
   * @return the exit code
   * @throws InterruptedException when interrupted while differences are given time to go away
   */
  public int run(List<String> args) throws InterruptedException {
    if (!understands(args, clock, err)) {
      return USAGE_ERROR;
    }
    Asked asked = parse(args, clock);
    try {
      Reconciliation result = settled(asked);
      print(result);
      return result.isBalanced() ? BALANCED : NOT_BALANCED;
    } catch (StoreUnavailableException e) {
      err.println("cannot reconcile: " + e.getMessage());
      return UNAVAILABLE;
    }
  }

  private record Asked(HourRange range, @Nullable TenantId tenant, Duration patience) {}

  private static Asked parse(List<String> args, Clock clock) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.size(); i += 2) {
      if (!OPTIONS.contains(args.get(i)) || i + 1 == args.size()) {
        throw new IllegalArgumentException("cannot make sense of " + args.get(i));
      }
      options.put(args.get(i), args.get(i + 1));
    }
    String tenant = options.get("--tenant");
    if (tenant != null && !Identifiers.isValid(tenant)) {
      throw new IllegalArgumentException("--tenant is not a tenant id");
    }
    String wait = options.getOrDefault("--wait", "10");
    if (!wait.matches("\\d{1,5}")) {
      throw new IllegalArgumentException("--wait must be a number of seconds");
    }
    return new Asked(
        HourRange.parse(options.get("--since"), options.get("--until"), clock.instant()),
        tenant == null ? null : new TenantId(tenant),
        Duration.ofSeconds(Long.parseLong(wait)));
  }

  private Reconciliation settled(Asked asked) throws InterruptedException {
    long deadline = System.nanoTime() + asked.patience().toNanos();
    while (true) {
      Reconciliation result =
          reconciler.reconcile(
              asked.tenant(), asked.range().since(), asked.range().until(), TRACE_LIMIT);
      if (result.isBalanced() || System.nanoTime() - deadline >= 0) {
        return result;
      }
      Thread.sleep(PAUSE);
    }
  }

  private void print(Reconciliation result) {
    out.printf(
        ROW,
        "hour",
        "tenant",
        "read",
        "aggregated",
        "duplicate",
        "late",
        "dead",
        "totals",
        "rows",
        "");
    for (Reconciliation.Hour hour : result.hours()) {
      print(hour.audit());
      hour.differences().forEach(this::print);
    }
    if (!result.complete()) {
      out.println("the events could not all be seen any more, so not every difference is traced");
    }
    out.println(result.isBalanced() ? "balanced" : "NOT BALANCED");
  }

  private void print(HourAudit audit) {
    out.printf(
        ROW,
        Json.format(audit.hour()).substring(0, 16) + "Z",
        audit.tenantId() == null ? "-" : audit.tenantId().value(),
        audit.counts().read(),
        audit.counts().aggregated(),
        audit.counts().duplicate(),
        audit.counts().late(),
        audit.counts().deadLettered(),
        audit.totals().eventCount(),
        audit.rows().eventCount(),
        audit.isBalanced() ? "balanced" : "NOT BALANCED");
  }

  private void print(Difference difference) {
    StringBuilder line = new StringBuilder("  ").append(difference.kind().wireName());
    if (difference.cell() != null) {
      line.append("  ").append(difference.cell().provider());
      line.append(' ').append(difference.cell().model());
    }
    if (difference.eventId() != null) {
      line.append("  ").append(difference.eventId());
    }
    out.println(line);
  }
}
