package dev.parley.ingest.reconciliation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Money;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageAudit.Counts;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageAudit.Measures;

/** A reconciliation as it is shown. */
final class ReconciliationView {

  private ReconciliationView() {}

  /**
   * @param maxDifferences how many are shown in all; how many more there are is told
   */
  static ObjectNode of(Reconciliation result, HourRange range, int maxDifferences) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("balanced", result.isBalanced());
    view.put("since", Json.format(range.since()));
    view.put("until", Json.format(range.until()));
    ArrayNode hours = view.putArray("hours");
    int room = maxDifferences;
    int leftOut = 0;
    for (Reconciliation.Hour hour : result.hours()) {
      ObjectNode shown = hours.addObject();
      put(shown, hour.audit());
      ArrayNode differences = shown.putArray("differences");
      for (Difference difference : hour.differences()) {
        if (room > 0) {
          room--;
          put(differences.addObject(), difference);
        } else {
          leftOut++;
        }
      }
    }
    view.put("differencesLeftOut", leftOut);
    view.put("traced", result.complete());
    return view;
  }

  private static void put(ObjectNode view, HourAudit audit) {
    TenantId tenant = audit.tenantId();
    view.put("tenantId", tenant == null ? null : tenant.value());
    view.put("hour", Json.format(audit.hour()));
    Counts counts = audit.counts();
    view.put("read", counts.read());
    view.put("aggregated", counts.aggregated());
    view.put("duplicate", counts.duplicate());
    view.put("late", counts.late());
    view.put("deadLettered", counts.deadLettered());
    put(view.putObject("totals"), audit.totals());
    put(view.putObject("rows"), audit.rows());
    view.put("balanced", audit.isBalanced());
  }

  private static void put(ObjectNode view, Measures measures) {
    view.put("eventCount", measures.eventCount());
    view.put("requestCount", measures.requestCount());
    view.put("totalInputTokens", measures.inputTokens());
    view.put("totalOutputTokens", measures.outputTokens());
    view.put("totalReasoningTokens", measures.reasoningTokens());
    view.put("totalCachedTokens", measures.cachedTokens());
    view.put("totalCachedWriteTokens", measures.cachedWriteTokens());
    view.set("totalCostUSD", Money.exact(measures.costUSD()));
    view.put("unpricedRequestCount", measures.unpricedRequestCount());
    view.put("estimatedRequestCount", measures.estimatedRequestCount());
  }

  private static void put(ObjectNode view, Difference difference) {
    view.put("kind", difference.kind().wireName());
    if (difference.cell() != null) {
      view.put("provider", difference.cell().provider());
      view.put("model", difference.cell().model());
    }
    if (difference.eventId() != null) {
      view.put("eventId", difference.eventId());
    }
  }
}
