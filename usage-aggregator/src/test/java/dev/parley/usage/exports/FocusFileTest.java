package dev.parley.usage.exports;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ExportStore.Told;
import dev.parley.usage.FakeUsageStore;
import dev.parley.usage.prices.PriceBooks;
import dev.parley.usage.topology.Events;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FocusFileTest {

  private final FakeUsageStore store = new FakeUsageStore();

  private List<NamedCsvRecord> rows(int correction, boolean afterPeriod, Events... events)
      throws IOException {
    store.recordPriceBook("book-1", Books.FIRST);
    DaySums sums = new DaySums(new PriceBooks(store));
    for (Events event : events) {
      sums.add(event.build());
    }
    DaySummary summary = sums.summary(afterPeriod);
    assertThat(DaySummary.read(summary.json())).isEqualTo(summary);
    Told told =
        new Told(
            new TenantId("acme"), LocalDate.parse("2026-12-31"), correction, true, summary.json());
    String text = new String(FocusFile.render(told, summary), StandardCharsets.UTF_8);
    try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(text)) {
      List<NamedCsvRecord> rows = reader.stream().toList();
      rows.forEach(FocusRules::check);
      return rows;
    }
  }

  @Test
  void everyMandatoryColumnIsThereInAlphabeticalOrder() {
    assertThat(FocusFile.COLUMNS).containsAll(FocusRules.MANDATORY).isSorted();
  }

  @Test
  void aRowTellsTokensOfOneKindAtOnePrice() throws IOException {
    List<NamedCsvRecord> rows =
        rows(
            0,
            false,
            Books.priced("a", 1000, 300, 100),
            Books.priced("b", 500, 0, 1),
            Books.priced("long", 300_000, 0, 0));
    assertThat(rows)
        .extracting(row ->
            row.getField("SkuMeter")
                + " "
                + row.getField("ConsumedQuantity")
                + " "
                + row.getField("PricingQuantity")
                + " x "
                + row.getField("ListUnitPrice")
                + " = "
                + row.getField("BilledCost"))
        .containsExactly(
            "Input Tokens 1200 0.0012 x 1.25 = 0.0015",
            "Input Tokens 300000 0.3 x 2.5 = 0.75",
            "Cached Input Tokens 300 0.0003 x 0.125 = 0.0000375",
            "Output Tokens 101 0.000101 x 10.000001 = 0.001010000101");
    NamedCsvRecord first = rows.getFirst();
    assertThat(first.getField("SkuPriceId")).isEqualTo("openai/gpt-5/Input Tokens/above 0/1.25");
    assertThat(first.getField("BillingPeriodStart")).isEqualTo("2026-12-01T00:00:00Z");
    assertThat(first.getField("BillingPeriodEnd")).isEqualTo("2027-01-01T00:00:00Z");
    assertThat(first.getField("ChargePeriodEnd")).isEqualTo("2027-01-01T00:00:00Z");
    assertThat(first.getField("ChargeClass")).isEmpty();
  }

  @Test
  void aCostThatThePriceBookDoesNotExplainIsAnAdjustment() throws IOException {
    List<NamedCsvRecord> rows =
        rows(0, false, Events.of("a").cost("0.5"), Events.of("b").cost("0.25").model("gone"));
    assertThat(rows).hasSize(2);
    assertThat(rows)
        .extracting(row -> row.getField("ChargeCategory") + " " + row.getField("BilledCost"))
        .containsExactly("Adjustment 0.25", "Adjustment 0.5");
  }

  @Test
  void whatHasNoPriceIsNoChargeUntilItHas() throws IOException {
    assertThat(rows(0, false, Events.of("a").cost(null))).isEmpty();
  }

  @Test
  void aCorrectedCallIsChargedAtItsLatestPrice() throws IOException {
    store.recordPriceBook("book-2", Books.SECOND);
    Events call = Events.of("a").usage(100, 0, 10).model("new-model").cost(null);
    List<NamedCsvRecord> rows = rows(0, false, call, call.correction(1, "0.0004033333"));
    assertThat(rows)
        .extracting(row -> row.getField("SkuMeter") + " " + row.getField("BilledCost"))
        .containsExactly("Input Tokens 0.0003333333", "Output Tokens 0.00007");
  }

  @Test
  void onlyACorrectionOfAFormerMonthIsClassedAsOne() throws IOException {
    Events call = Books.priced("a", 100, 0, 10);
    assertThat(rows(1, false, call).getFirst().getField("ChargeClass")).isEmpty();
    assertThat(rows(1, true, call).getFirst().getField("ChargeClass")).isEqualTo("Correction");
  }
}
