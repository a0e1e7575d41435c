package dev.parley.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What models cost, in USD. Immutable.
 *
 * <p>Costs are exact: the sum of tokens times price, nothing rounded. Prices have at most six
 * decimals and are for a million tokens, so a cost has at most twelve, and fourteen in a batch;
 * whoever displays it rounds.
 */
public final class PriceBook {

  private static final String BUNDLED = "prices.json";

  private final String version;
  private final @Nullable String text;
  private final List<ModelPrices> models;
  private final Map<String, ModelPrices> byName = new HashMap<>();

  /**
   * @param version names these prices in usage records; changes whenever one of them does
   */
  public PriceBook(String version, List<ModelPrices> models) {
    this(version, models, null);
  }

  PriceBook(String version, List<ModelPrices> models, @Nullable String text) {
    this.text = text;
    this.version = version;
    this.models = List.copyOf(models);
    for (ModelPrices model : models) {
      add(model, model.model());
      model.aliases().forEach(alias -> add(model, alias));
    }
  }

  /** The prices that come with this release. */
  public static PriceBook bundled() throws IOException {
    try (InputStream in = PriceBook.class.getResourceAsStream(BUNDLED)) {
      if (in == null) {
        throw new IOException("the price book is missing in this build");
      }
      return PriceBookReader.read(in);
    }
  }

  /** The prices of a deployment; they replace the bundled ones. */
  public static PriceBook of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return PriceBookReader.read(in);
    }
  }

  public String version() {
    return version;
  }

  /** The JSON that it was read from; null when it was not. */
  public @Nullable String text() {
    return text;
  }

  /** Reads what {@link #text} gave. */
  public static PriceBook parse(String json) throws IOException {
    return PriceBookReader.read(json);
  }

  public List<ModelPrices> models() {
    return models;
  }

  /** The models whose prices have not been compared with their source since a day. */
  public List<ModelPrices> checkedBefore(LocalDate day) {
    return models.stream().filter(model -> model.checked().isBefore(day)).toList();
  }

  /**
   * What a call costs.
   *
   * @param at when it ended
   * @return null when the model, or its price at that time, is not known, which is not zero
   */
  public @Nullable BigDecimal cost(String provider, String model, TokenCounts tokens, Instant at) {
    DatedPrices prices = pricesOf(provider, model, at);
    return prices == null ? null : prices.tierOf(tokens.input()).cost(tokens);
  }

  /**
   * What the cost of a call is made of.
   *
   * @return null when {@link #cost} is
   */
  public @Nullable List<PricedTokens> parts(
      String provider, String model, TokenCounts tokens, Instant at) {
    DatedPrices prices = pricesOf(provider, model, at);
    return prices == null ? null : prices.tierOf(tokens.input()).parts(tokens);
  }

  /** What a call costs that was made in a batch. */
  public @Nullable BigDecimal batchCost(
      String provider, String model, TokenCounts tokens, Instant at) {
    ModelPrices found = find(provider, model);
    BigDecimal full = cost(provider, model, tokens, at);
    return found == null || full == null ? null : full.multiply(found.batchFactor());
  }

  private @Nullable DatedPrices pricesOf(String provider, String model, Instant at) {
    ModelPrices found = find(provider, model);
    return found == null ? null : found.on(at.atOffset(ZoneOffset.UTC).toLocalDate());
  }

  private @Nullable ModelPrices find(String provider, String model) {
    ModelPrices exact = exact(provider, model);
    if (exact != null) {
      return exact;
    }
    String named = Snapshots.modelOf(model);
    return named == null ? null : exact(provider, named);
  }

  private @Nullable ModelPrices exact(String provider, String model) {
    ModelPrices own = byName.get(key(provider, model));
    return own == null ? byName.get(key(null, model)) : own;
  }

  private void add(ModelPrices model, String name) {
    if (byName.put(key(model.provider(), name), model) != null) {
      throw new IllegalArgumentException("the price book names a model twice: " + name);
    }
  }

  private static String key(@Nullable String provider, String model) {
    return provider == null ? "/" + model : provider + "/" + model;
  }
}
