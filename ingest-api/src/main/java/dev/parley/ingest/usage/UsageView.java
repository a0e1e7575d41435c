package dev.parley.ingest.usage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Money;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.usage.csv.UsageCsv;
import java.math.BigDecimal;
import java.util.List;

/** Sums of usage as they are shown. */
final class UsageView {

  private UsageView() {}

  /** The sum of all, with the sums that it is made of as its breakdown. */
  static ObjectNode summary(List<UsageDimension> groupBy, List<UsageSum> sums) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    putMeasures(view, total(sums));
    var breakdown = view.putArray("breakdown");
    for (UsageSum sum : sums) {
      breakdown.add(row(groupBy, sum));
    }
    return view;
  }

  static ObjectNode row(List<UsageDimension> groupBy, UsageSum sum) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < groupBy.size(); i++) {
      row.put(UsageCsv.column(groupBy.get(i)), sum.group().get(i));
    }
    putMeasures(row, sum);
    return row;
  }

  private static UsageSum total(List<UsageSum> sums) {
    UsageSum total = new UsageSum(List.of(), 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0);
    for (UsageSum sum : sums) {
      total =
          new UsageSum(
              List.of(),
              total.requestCount() + sum.requestCount(),
              total.inputTokens() + sum.inputTokens(),
              total.outputTokens() + sum.outputTokens(),
              total.reasoningTokens() + sum.reasoningTokens(),
              total.cachedTokens() + sum.cachedTokens(),
              total.cachedWriteTokens() + sum.cachedWriteTokens(),
              total.costUSD().add(sum.costUSD()),
              total.unpricedRequestCount() + sum.unpricedRequestCount());
    }
    return total;
  }

  private static void putMeasures(ObjectNode view, UsageSum sum) {
    view.put("requestCount", sum.requestCount());
    view.put("totalInputTokens", sum.inputTokens());
    view.put("totalOutputTokens", sum.outputTokens());
    view.put("totalReasoningTokens", sum.reasoningTokens());
    view.put("totalCachedTokens", sum.cachedTokens());
    view.put("totalCachedWriteTokens", sum.cachedWriteTokens());
    view.set("totalCostUSD", Money.exact(sum.costUSD()));
    view.put("unpricedRequestCount", sum.unpricedRequestCount());
  }
}
