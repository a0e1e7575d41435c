package dev.parley.usage.exports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.parley.pricing.TokenClass;
import dev.parley.storage.ExportStore.Told;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;

/**
 * A day's charges after the FinOps Open Cost and Usage Specification: all mandatory columns, and
 * those that it asks of providers who publish unit prices.
 *
 * <p>An empty cell is null. A price of ours is both the list price and the contracted one, so all
 * four costs of a row are the same: quantity times price, exactly. A cost whose unit prices are not
 * known any more is an adjustment, which needs none. What has no price yet is no charge and no row;
 * it comes when the price does.
 *
 * <p>Every text begins with a name of ours or with an id, so none can be taken for a formula.
 */
final class FocusFile {

  static final String VERSION = "1.2";

  static final List<String> COLUMNS =
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
          "ChargeFrequency",
          "ChargePeriodEnd",
          "ChargePeriodStart",
          "ConsumedQuantity",
          "ConsumedUnit",
          "ContractedCost",
          "ContractedUnitPrice",
          "EffectiveCost",
          "InvoiceIssuerName",
          "ListCost",
          "ListUnitPrice",
          "PricingCategory",
          "PricingQuantity",
          "PricingUnit",
          "ProviderName",
          "PublisherName",
          "ServiceCategory",
          "ServiceName",
          "ServiceSubcategory",
          "SkuId",
          "SkuMeter",
          "SkuPriceDetails",
          "SkuPriceId");

  private FocusFile() {}

  static byte[] render(Told told, DaySummary summary) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CsvWriter csv =
        CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(out, StandardCharsets.UTF_8);
    csv.writeRecord(COLUMNS);
    summary.charges().forEach(charge -> csv.writeRecord(row(told, summary, charge)));
    try {
      csv.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory refuses nothing", e);
    }
    return out.toByteArray();
  }

  private static List<String> row(Told told, DaySummary summary, Charge charge) {
    Charge.Key key = charge.key();
    TokenClass kind = key.tokenClass();
    LocalDate month = told.day().withDayOfMonth(1);
    String cost = plain(charge.costUSD());
    String price = key.perMillion() == null ? "" : plain(key.perMillion());
    String sku = kind == null ? "" : key.provider() + "/" + key.model() + "/" + meter(kind);
    return List.of(
        cost,
        told.tenantId().value(),
        "",
        "USD",
        begin(month.plusMonths(1)),
        begin(month),
        kind == null ? "Adjustment" : "Usage",
        told.correction() > 0 && summary.afterPeriod() ? "Correction" : "",
        description(key),
        "Usage-Based",
        begin(told.day().plusDays(1)),
        begin(told.day()),
        kind == null ? "" : Long.toString(charge.tokens()),
        kind == null ? "" : "Tokens",
        cost,
        price,
        cost,
        key.provider(),
        cost,
        price,
        kind == null ? "" : "Standard",
        kind == null ? "" : plain(BigDecimal.valueOf(charge.tokens(), 6)),
        kind == null ? "" : "1000000 Tokens",
        key.provider(),
        key.provider(),
        "AI and Machine Learning",
        key.provider() + " chat models",
        "Generative AI",
        sku,
        kind == null ? "" : meter(kind),
        kind == null ? "" : details(key),
        kind == null ? "" : sku + "/above " + key.aboveInputTokens() + "/" + price);
  }

  private static String description(Charge.Key key) {
    String what = key.tokenClass() == null ? "cost without unit prices" : meter(key.tokenClass());
    return key.provider() + " " + key.model() + ": " + what;
  }

  private static String details(Charge.Key key) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("x_Model", key.model())
        .put("x_AboveInputTokens", key.aboveInputTokens())
        .toString();
  }

  private static String meter(TokenClass kind) {
    return switch (kind) {
      case INPUT -> "Input Tokens";
      case CACHED_READ -> "Cached Input Tokens";
      case CACHE_WRITE_5M -> "Cache Write Tokens (5 minutes)";
      case CACHE_WRITE_1H -> "Cache Write Tokens (1 hour)";
      case OUTPUT -> "Output Tokens";
    };
  }

  private static String begin(LocalDate day) {
    return day + "T00:00:00Z";
  }

  private static String plain(BigDecimal value) {
    return Sums.plain(value).toPlainString();
  }
}
