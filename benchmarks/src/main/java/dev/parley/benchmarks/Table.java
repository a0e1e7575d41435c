package dev.parley.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Results as a Markdown table, for the terminal and for the documentation alike. */
final class Table {

  private static final List<String> HEAD =
      List.of("benchmark", "what", "figure", "reference", "ratio", "target", "met");

  private final List<List<String>> rows = new ArrayList<>();

  void add(String benchmark, Result result) {
    Double ratio = result.ratio();
    rows.add(
        List.of(
            benchmark,
            result.what(),
            withUnit(result.figure(), result.unit()),
            result.reference() == null ? "-" : withUnit(result.reference(), result.unit()),
            ratio == null ? "-" : Figures.format(ratio),
            result.target().toString(),
            result.target() instanceof Target.None ? "-" : result.isMet() ? "yes" : "NO"));
  }

  void addFailure(String benchmark, Exception failure) {
    rows.add(List.of(benchmark, "failed: " + failure, "-", "-", "-", "-", "NO"));
  }

  private static String withUnit(double figure, String unit) {
    return Figures.format(figure) + (unit.startsWith("/") ? "" : " ") + unit;
  }

  @Override
  public String toString() {
    int[] widths = new int[HEAD.size()];
    List<List<String>> all = new ArrayList<>();
    all.add(HEAD);
    all.addAll(rows);
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : all) {
      append(text, row, widths);
      if (row.equals(HEAD)) {
        for (int width : widths) {
          text.append("|").repeat("-", width + 2);
        }
        text.append("|\n");
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> row, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append("| ").append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 1);
    }
    text.append("|\n");
  }
}
