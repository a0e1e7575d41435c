package dev.parley.ingest.reconciliation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Query;
import dev.parley.ingest.http.RouteTable;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether usage adds up, hour by hour. */
public final class ReconciliationRoutes implements RouteTable.Group {

  /** A caller waits for it. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final Duration LONGEST = Duration.ofDays(31);

  /** Of all hours together; the command names them all. */
  private static final int MAX_DIFFERENCES = 1_000;

  private final Reconciler reconciler;
  private final UsageStore store;
  private final Clock clock;

  public ReconciliationRoutes(
      UsageAudit audit, UsageStore store, PublishedUsage published, Clock clock) {
    this.reconciler = new Reconciler(audit, store, published);
    this.store = store;
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table.get("/usage/reconciliation", Access.TENANT_OR_ADMIN_FOR_OTHERS, this::reconcile);
  }

  private void reconcile(Exchange exchange) throws IOException {
    Query query = exchange.query();
    HourRange range = range(query);
    TenantId tenant = tenant(exchange, query);
    Instant asOf = store.totalsAsOf();
    Reconciliation result = reconciler.reconcile(tenant, range.since(), range.until(), LIMIT);
    ObjectNode view = ReconciliationView.of(result, range, MAX_DIFFERENCES);
    view.put("asOf", asOf == null ? null : Json.format(asOf));
    exchange.json(200, view);
  }

  private HourRange range(Query query) {
    try {
      HourRange range = HourRange.parse(query.find("since"), query.find("until"), clock.instant());
      if (range.length().compareTo(LONGEST) > 0) {
        throw ApiException.at(
            ErrorCode.INVALID_REQUEST, "since", "since and until may be 31 days apart at most");
      }
      return range;
    } catch (IllegalArgumentException e) {
      throw ApiException.at(ErrorCode.INVALID_REQUEST, "since", String.valueOf(e.getMessage()));
    }
  }

  /** An administrator who names nobody asks about all. */
  private static @Nullable TenantId tenant(Exchange exchange, Query query) {
    String named = query.find("tenantId");
    if (!exchange.caller().isAdmin()) {
      return exchange.tenant();
    }
    if (named == null) {
      return null;
    }
    if (!Identifiers.isValid(named)) {
      throw ApiException.at(ErrorCode.INVALID_REQUEST, "tenantId", "tenantId is not a tenant id");
    }
    return new TenantId(named);
  }
}
