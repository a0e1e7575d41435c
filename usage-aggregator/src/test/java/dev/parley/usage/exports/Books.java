package dev.parley.usage.exports;

import dev.parley.pricing.PriceBook;
import dev.parley.schemas.UsageEvent;
import dev.parley.usage.prices.EventPrices;
import dev.parley.usage.topology.Events;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Price books, and events that were priced with the first of them. */
public final class Books {

  public static final String FIRST =
      """
      {"version":"book-1","models":[
        {"provider":"openai","model":"gpt-5","source":"s","checked":"2026-01-01","prices":[{"tiers":[
          {"input":1.25,"cachedRead":0.125,"output":10.000001},
          {"aboveInputTokens":200000,"input":2.5,"cachedRead":0.25,"output":15}]}]}]}
      """;

  public static final String SECOND =
      FIRST
          .replace("book-1", "book-2")
          .replace("10.000001", "9.5")
          .replace(
              "\"models\":[",
              """
              "models":[
                {"provider":"openai","model":"new-model","source":"s","checked":"2026-01-01",
                 "prices":[{"tiers":[{"input":3.333333,"output":7}]}]},
              """);

  private Books() {}

  /** An event of the first book's model at the price of the first book. */
  public static Events priced(String id, long input, long cached, long output) {
    Events event = Events.of(id).usage(input, cached, output);
    UsageEvent built = event.build();
    try {
      return event.cost(
          EventPrices.cost(EventPrices.parts(PriceBook.parse(FIRST), built)).toPlainString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
