package dev.parley.usage.exports;

import dev.parley.storage.ExportStore.Told;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.usage.csv.UsageCsv;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** The kinds of files that can be made of a day. */
public enum ExportFormat {
  /** A line per model. */
  CSV("csv", "") {
    @Override
    List<String> columns() {
      return UsageCsv.sumColumns(GROUPING);
    }

    @Override
    int rows(DaySummary summary) {
      return summary.groups().size();
    }

    @Override
    byte[] render(Told told, DaySummary summary) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      UsageCsv.writeSums(out, GROUPING, summary.groups().stream().map(ExportFormat::line).toList());
      return out.toByteArray();
    }
  },
  /** The FinOps Open Cost and Usage Specification: a line per kind of tokens and price. */
  FOCUS("focus-" + FocusFile.VERSION, ".focus") {
    @Override
    List<String> columns() {
      return FocusFile.COLUMNS;
    }

    @Override
    int rows(DaySummary summary) {
      return summary.charges().size();
    }

    @Override
    byte[] render(Told told, DaySummary summary) {
      return FocusFile.render(told, summary);
    }
  };

  private static final List<UsageDimension> GROUPING = UsageCsv.exportGrouping(List.of());

  private final String wireName;
  private final String suffix;

  ExportFormat(String wireName, String suffix) {
    this.wireName = wireName;
    this.suffix = suffix;
  }

  abstract List<String> columns();

  abstract int rows(DaySummary summary);

  abstract byte[] render(Told told, DaySummary summary);

  String wireName() {
    return wireName;
  }

  /** The name of a record's file, without what follows the last dot. */
  String name(Told told) {
    return told.day() + (told.correction() == 0 ? "" : ".correction-" + told.correction()) + suffix;
  }

  private static UsageSum line(DaySummary.Row row) {
    Sums sum = row.sums();
    return new UsageSum(
        Arrays.asList(row.provider(), row.model()),
        sum.requestCount(),
        sum.inputTokens(),
        sum.outputTokens(),
        sum.reasoningTokens(),
        sum.cachedTokens(),
        sum.cachedWriteTokens(),
        sum.costUSD(),
        sum.unpricedRequestCount());
  }
}
