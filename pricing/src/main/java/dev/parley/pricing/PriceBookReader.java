package dev.parley.pricing;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a price book's JSON; what is wrong in it is told with the model's name. */
final class PriceBookReader {

  private PriceBookReader() {}

  static PriceBook read(InputStream in) throws IOException {
    return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
  }

  static PriceBook read(String json) throws IOException {
    try {
      Book book = Json.mapper().readValue(json, Book.class);
      List<Model> models = required("models", book.models());
      return new PriceBook(
          required("version", book.version()),
          models.stream().map(PriceBookReader::model).toList(),
          json);
    } catch (JsonProcessingException e) {
      throw new IOException("the price book is not readable: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("the price book is not valid: " + e.getMessage(), e);
    }
  }

  private static ModelPrices model(Model model) {
    String name = required("model", model.model());
    try {
      return new ModelPrices(
          model.provider(),
          name,
          model.aliases() == null ? List.of() : model.aliases(),
          required("source", model.source()),
          LocalDate.parse(required("checked", model.checked())),
          model.batchFactor() == null ? BigDecimal.ONE : model.batchFactor(),
          required("prices", model.prices()).stream().map(PriceBookReader::dated).toList());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static DatedPrices dated(Dated dated) {
    return new DatedPrices(
        dated.from() == null ? LocalDate.EPOCH : LocalDate.parse(dated.from()),
        required("tiers", dated.tiers()).stream().map(PriceBookReader::tier).toList());
  }

  private static PriceTier tier(Tier tier) {
    return new PriceTier(
        tier.aboveInputTokens() == null ? 0 : tier.aboveInputTokens(),
        required("input", tier.input()),
        tier.cachedRead(),
        tier.cacheWrite5m(),
        tier.cacheWrite1h(),
        required("output", tier.output()));
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  private record Book(@Nullable String version, @Nullable List<Model> models) {}

  private record Model(
      @Nullable String provider,
      @Nullable String model,
      @Nullable List<String> aliases,
      @Nullable String source,
      @Nullable String checked,
      @Nullable BigDecimal batchFactor,
      @Nullable List<Dated> prices) {}

  private record Dated(@Nullable String from, @Nullable List<Tier> tiers) {}

  private record Tier(
      @Nullable Long aboveInputTokens,
      @Nullable BigDecimal input,
      @Nullable BigDecimal cachedRead,
      @Nullable BigDecimal cacheWrite5m,
      @Nullable BigDecimal cacheWrite1h,
      @Nullable BigDecimal output) {}
}
