package dev.parley.usage.exports;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.parley.schemas.Json;
import java.util.List;

/**
 * All that files tell of a tenant and a day, or of a correction: exact, and in an order that never
 * changes. The files are made of this and nothing else.
 *
 * @param afterPeriod whether the month had ended when it was told, which makes a correction one of
 *     a former billing period
 * @param priceVersions of the day's ledger rows, sorted
 */
record DaySummary(
    boolean afterPeriod, List<String> priceVersions, List<Row> groups, List<Charge> charges) {

  /** What was used of a model. */
  record Row(String provider, String model, Sums sums) {}

  static DaySummary read(String json) {
    try {
      return Json.mapper().readValue(json, DaySummary.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a day's record cannot be read", e);
    }
  }

  String json() {
    try {
      return Json.mapper().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a day's record cannot be written", e);
    }
  }

  Sums total() {
    return groups.stream().map(Row::sums).reduce(Sums.NONE, Sums::plus);
  }

  boolean isNothing() {
    return groups.isEmpty() && charges.isEmpty();
  }
}
