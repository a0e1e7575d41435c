package dev.parley.usage.exports;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What FOCUS 1.2 demands of a row, read off its column definitions: what must be there, what must
 * not be null and when, formats, and how columns hang together.
 */
final class FocusRules {

  static final List<String> MANDATORY =
      List.of(
          "BilledCost",
          "BillingAccountId",
          "BillingAccountName",
          "BillingCurrency",
          "BillingPeriodEnd",
          "BillingPeriodStart",
          "ChargeCategory",
          "ChargeClass",
          "ChargeDescription",
          "ChargePeriodEnd",
          "ChargePeriodStart",
          "ContractedCost",
          "EffectiveCost",
          "InvoiceIssuerName",
          "ListCost",
          "PricingQuantity",
          "PricingUnit",
          "ProviderName",
          "PublisherName",
          "ServiceCategory",
          "ServiceName");

  private static final Set<String> MAY_BE_NULL =
      Set.of(
          "BillingAccountName",
          "ChargeClass",
          "ChargeDescription",
          "PricingQuantity",
          "PricingUnit");

  private static final List<String> COSTS =
      List.of("BilledCost", "ContractedCost", "EffectiveCost", "ListCost");

  private static final List<String> TIMES =
      List.of("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart");

  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          "ChargeCategory", Set.of("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
          "ChargeClass", Set.of("", "Correction"),
          "ChargeFrequency", Set.of("One-Time", "Recurring", "Usage-Based"),
          "PricingCategory", Set.of("", "Standard", "Dynamic", "Committed", "Other"),
          "ServiceCategory", Set.of("AI and Machine Learning"),
          "ServiceSubcategory", Set.of("Generative AI"));

  private FocusRules() {}

  static void check(NamedCsvRecord row) {
    assertThat(row.getHeader()).containsAll(MANDATORY);
    for (String column : MANDATORY) {
      if (!MAY_BE_NULL.contains(column)) {
        assertThat(row.getField(column)).as(column).isNotBlank();
      }
    }
    row.getHeader().forEach(column -> assertThat(column).matches("[A-Z][A-Za-z]{0,49}"));
    ALLOWED.forEach((column, values) -> assertThat(row.getField(column)).as(column).isIn(values));
    for (String column : TIMES) {
      assertThat(row.getField(column)).matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z");
    }
    assertThat(row.getField("BillingPeriodStart")).isLessThan(row.getField("BillingPeriodEnd"));
    assertThat(row.getField("ChargePeriodStart"))
        .isBetween(row.getField("BillingPeriodStart"), row.getField("ChargePeriodEnd"));
    assertThat(row.getField("ChargePeriodEnd"))
        .isLessThanOrEqualTo(row.getField("BillingPeriodEnd"));
    assertThat(row.getField("BillingCurrency")).isEqualTo("USD");
    COSTS.forEach(column -> assertNumber(row, column));
    assertThat(row.getField("PricingUnit").isEmpty())
        .isEqualTo(row.getField("PricingQuantity").isEmpty());
    assertThat(row.getField("ConsumedUnit").isEmpty())
        .isEqualTo(row.getField("ConsumedQuantity").isEmpty());
    if (row.getField("ChargeCategory").equals("Usage")) {
      checkUsage(row);
    } else {
      checkUnitless(row);
    }
  }

  private static void checkUsage(NamedCsvRecord row) {
    for (String column :
        List.of("SkuId", "SkuPriceId", "SkuMeter", "PricingCategory", "PricingUnit")) {
      assertThat(row.getField(column)).as(column).isNotBlank();
    }
    BigDecimal quantity = assertNumber(row, "PricingQuantity");
    for (String[] pair :
        new String[][] {{"ListUnitPrice", "ListCost"}, {"ContractedUnitPrice", "ContractedCost"}}) {
      BigDecimal price = assertNumber(row, pair[0]);
      assertThat(price.signum()).isNotNegative();
      assertThat(price.multiply(quantity))
          .isEqualByComparingTo(new BigDecimal(row.getField(pair[1])));
    }
    assertThat(assertNumber(row, "ConsumedQuantity").movePointLeft(6))
        .isEqualByComparingTo(quantity);
  }

  private static void checkUnitless(NamedCsvRecord row) {
    for (String column :
        List.of(
            "ListUnitPrice", "ContractedUnitPrice", "SkuId", "SkuPriceId", "ConsumedQuantity")) {
      assertThat(row.getField(column)).as(column).isEmpty();
    }
    for (String column : COSTS) {
      assertThat(row.getField(column)).isEqualTo(row.getField("BilledCost"));
    }
  }

  private static BigDecimal assertNumber(NamedCsvRecord row, String column) {
    assertThat(row.getField(column)).as(column).matches("-?\\d+(\\.\\d+)?");
    return new BigDecimal(row.getField(column));
  }
}
