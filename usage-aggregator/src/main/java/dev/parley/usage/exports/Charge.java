package dev.parley.usage.exports;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.parley.pricing.TokenClass;
import java.math.BigDecimal;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one kind at one price, of one model on one day; or a cost whose unit prices are not
 * known, without a kind and without tokens.
 *
 * @param tokens negative when they are taken back
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Charge(Key key, long tokens, BigDecimal costUSD) {

  /** What is added up. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Key(
      String provider,
      String model,
      @Nullable TokenClass tokenClass,
      long aboveInputTokens,
      @Nullable BigDecimal perMillion) {

    static final Comparator<Key> ORDER =
        Comparator.comparing(Key::provider)
            .thenComparing(Key::model)
            .thenComparing(Key::tokenClass, Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparingLong(Key::aboveInputTokens)
            .thenComparing(Key::perMillion, Comparator.nullsLast(Comparator.naturalOrder()));

    /** Equal prices are equal text. */
    Key {
      perMillion = perMillion == null ? null : Sums.plain(perMillion);
    }
  }

  /** Equal costs are equal text. */
  Charge {
    costUSD = Sums.plain(costUSD);
  }

  Charge plus(Charge other) {
    return new Charge(key, tokens + other.tokens, costUSD.add(other.costUSD));
  }

  Charge negated() {
    return new Charge(key, -tokens, costUSD.negate());
  }

  boolean isNothing() {
    return tokens == 0 && costUSD.signum() == 0;
  }

  @Override
  @JsonProperty("costUSD")
  public BigDecimal costUSD() {
    return costUSD;
  }
}
