package dev.parley.usage.csv;

import dev.parley.storage.UsageStore.UsageSum;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** The line of a sum. */
final class SumRow {

  static final List<String> COLUMNS =
      List.of(
          "requestCount",
          "totalInputTokens",
          "totalOutputTokens",
          "totalReasoningTokens",
          "totalCachedTokens",
          "totalCostUSD");

  private static final int DECIMALS = 6;

  private SumRow() {}

  static List<String> of(UsageSum sum) {
    List<String> cells = new ArrayList<>(sum.group().size() + COLUMNS.size());
    for (String value : sum.group()) {
      cells.add(value == null ? "" : FormulaFence.guard(value));
    }
    cells.add(Long.toString(sum.requestCount()));
    cells.add(Long.toString(sum.inputTokens()));
    cells.add(Long.toString(sum.outputTokens()));
    cells.add(Long.toString(sum.reasoningTokens()));
    cells.add(Long.toString(sum.cachedTokens()));
    cells.add(money(sum.costUSD()));
    return cells;
  }

  private static String money(BigDecimal amount) {
    return amount.setScale(DECIMALS, RoundingMode.HALF_UP).toPlainString();
  }
}
