package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import java.math.BigDecimal;

/** Writes amounts of USD. */
public final class Money {

  private Money() {}

  /** The exact amount as a JSON number, without zeros at its end. */
  public static JsonNode exact(BigDecimal amount) {
    return DecimalNode.valueOf(
        amount.signum() == 0 ? BigDecimal.ZERO : plain(amount.stripTrailingZeros()));
  }

  private static BigDecimal plain(BigDecimal amount) {
    return amount.scale() < 0 ? amount.setScale(0) : amount;
  }
}
