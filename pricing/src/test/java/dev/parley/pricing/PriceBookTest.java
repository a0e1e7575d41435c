package dev.parley.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PriceBookTest {

  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

  private static final String BOOK =
      """
      {"version":"test-1","models":[
        {"provider":"p","model":"m","aliases":["m-alias"],"source":"s","checked":"2026-01-01","batchFactor":0.5,
         "prices":[
          {"tiers":[
            {"input":3,"cachedRead":0.3,"cacheWrite5m":3.75,"cacheWrite1h":6,"output":15},
            {"aboveInputTokens":200000,"input":6,"cachedRead":0.6,"cacheWrite5m":7.5,"cacheWrite1h":12,"output":22.5}]},
          {"from":"2026-07-01","tiers":[{"input":2,"output":10}]}]},
        {"provider":"p","model":"dated","source":"s","checked":"2026-06-01",
         "prices":[{"from":"2026-07-01","tiers":[{"input":1,"output":1}]}]},
        {"model":"anywhere","source":"s","checked":"2026-06-01",
         "prices":[{"tiers":[{"input":0.000001,"output":0}]}]}]}
      """;

  private final PriceBook book = read(BOOK);

  PriceBookTest() throws IOException {}

  @Test
  void addsUpEachKindOfToken() {
    // 1000 fresh x 3 + 500 read x 0.3 + 200 x 3.75 + 100 x 6 + 50 x 15, by a million
    // = (3000 + 150 + 750 + 600 + 750) / 1,000,000 = 0.00525
    assertCost("0.00525", new TokenCounts(1000, 500, 200, 100, 50));
  }

  @Test
  void roundsNothing() {
    assertThat(book.cost("x", "anywhere", TokenCounts.of(1, 0), NOW))
        .isEqualByComparingTo("0.000000000001");
    // 123456789012 x 15 by a million: far beyond what a double holds to the last digit
    assertCost("1851851.83518", TokenCounts.of(0, 123_456_789_012L));
  }

  @Test
  void aCallWithMoreInputThanATiersBoundIsPricedAsAWholeByIt() {
    assertCost("0.6", TokenCounts.of(200_000, 0));
    assertCost("1.200006", TokenCounts.of(200_001, 0));
    // Cached input counts for the bound as well: 1 x 6 + 200000 x 0.6 + 10 x 22.5
    assertCost("0.120231", new TokenCounts(1, 200_000, 0, 0, 10));
  }

  @Test
  void theBoundOfATierStillHasTheLowerPriceWhateverTheInputIsMadeOf() {
    // 200,000 tokens are not more than 200,000: of each kind one below and one at the bound
    assertCost("0.6", TokenCounts.of(200_000, 0));
    assertCost("1.200006", TokenCounts.of(200_001, 0));
    assertCost("0.330000", new TokenCounts(100_000, 100_000, 0, 0, 0));
    assertCost("0.660006", new TokenCounts(100_001, 100_000, 0, 0, 0));
    assertCost("0.6600006", new TokenCounts(100_000, 100_001, 0, 0, 0));
    assertCost("0.675", new TokenCounts(100_000, 0, 100_000, 0, 0));
    assertCost("1.350012", new TokenCounts(100_000, 0, 100_000, 1, 0));
    assertCost("0.600015", TokenCounts.of(200_000, 1));
    assertCost("0", TokenCounts.of(0, 0));
  }

  @Test
  void aPriceHoldsFromItsDayInUtc() {
    TokenCounts million = TokenCounts.of(100_000, 0);
    assertThat(book.cost("p", "m", million, Instant.parse("2026-06-30T23:59:59.999Z")))
        .isEqualByComparingTo("0.3");
    assertThat(book.cost("p", "m", million, Instant.parse("2026-07-01T00:00:00Z")))
        .isEqualByComparingTo("0.2");
    assertThat(book.cost("p", "dated", million, NOW)).isNull();
  }

  @Test
  void whatHasNoPriceOfItsOwnCostsWhatInputCosts() {
    // 10 fresh, 20 read, 30 and 40 written: 100 x 2
    assertThat(
            book.cost(
                "p",
                "m",
                new TokenCounts(10, 20, 30, 40, 0),
                Instant.parse("2026-07-02T00:00:00Z")))
        .isEqualByComparingTo("0.0002");
  }

  @Test
  void aBatchCostsItsFactor() {
    assertThat(book.batchCost("p", "m", TokenCounts.of(1000, 100), NOW))
        .isEqualByComparingTo("0.00225");
    assertThat(book.batchCost("p", "unknown", TokenCounts.of(1000, 100), NOW)).isNull();
  }

  @Test
  void snapshotsAndAliasesCostWhatTheirModelCosts() {
    TokenCounts usage = TokenCounts.of(1000, 0);
    for (String name :
        new String[] {"m", "m-alias", "m-2026-05-01", "m-20260501", "m-latest", "m-001"}) {
      assertThat(book.cost("p", name, usage, NOW)).as(name).isEqualByComparingTo("0.003");
    }
  }

  @Test
  void anotherModelIsUnknownAndNotFree() {
    TokenCounts usage = TokenCounts.of(1000, 0);
    for (String name :
        new String[] {"m-2", "m-mini", "m-mini-2026-05-01", "m-10", "mm", "", "-", "m-"}) {
      assertThat(book.cost("p", name, usage, NOW)).as(name).isNull();
    }
    assertThat(book.cost("another-provider", "m", usage, NOW)).isNull();
  }

  @Test
  void aCostIsTakenApartIntoWhatItIsMadeOf() throws Exception {
    TokenCounts tokens = new TokenCounts(1000, 500, 200, 100, 50);
    List<PricedTokens> parts = book.parts("p", "m", tokens, NOW);
    assertThat(parts)
        .extracting(part -> part.tokenClass() + " " + part.tokens() + " x " + part.perMillion())
        .containsExactly(
            "INPUT 1000 x 3",
            "CACHED_READ 500 x 0.3",
            "CACHE_WRITE_5M 200 x 3.75",
            "CACHE_WRITE_1H 100 x 6",
            "OUTPUT 50 x 15");
    assertThat(parts.stream().map(PricedTokens::cost).reduce(BigDecimal.ZERO, BigDecimal::add))
        .isEqualByComparingTo("0.00525");
    assertThat(book.parts("p", "m", TokenCounts.of(200_001, 0), NOW).getFirst())
        .isEqualTo(new PricedTokens(TokenClass.INPUT, 200_000, new BigDecimal("6"), 200_001));
    assertThat(book.parts("p", "unknown", tokens, NOW)).isNull();
    assertThat(PriceBook.parse(book.text()).parts("p", "m", tokens, NOW)).isEqualTo(parts);
  }

  @Test
  void tellsWhatHasNotBeenCheckedForLong() {
    assertThat(book.checkedBefore(LocalDate.parse("2026-03-01")))
        .extracting(ModelPrices::model)
        .containsExactly("m");
  }

  @Test
  void theBundledBookIsValidAndKnowsTheCurrentModels() throws Exception {
    PriceBook bundled = PriceBook.bundled();
    assertThat(bundled.version()).isNotBlank();
    assertThat(bundled.models()).hasSizeGreaterThan(24);
    TokenCounts usage = new TokenCounts(1_000_000, 0, 0, 0, 100_000);
    assertThat(bundled.cost("openai", "sim-small", usage, NOW)).isEqualByComparingTo("0.21");
    assertThat(bundled.cost("anthropic", "sim-large", usage, NOW)).isEqualByComparingTo("3.5");
    assertThat(bundled.cost("openai", "gpt-5-mini-2025-08-07", usage, NOW))
        .isEqualByComparingTo("0.45");
    assertThat(
            bundled.cost(
                "anthropic",
                "claude-haiku-4-5-20251001",
                new TokenCounts(1000, 1000, 1000, 1000, 1000),
                NOW))
        // 1000 x (1 + 0.1 + 1.25 + 2) + 1000 x 5
        .isEqualByComparingTo("0.00935");
    assertThat(bundled.cost("gemini", "gemini-2.5-pro", TokenCounts.of(200_001, 0), NOW))
        .isEqualByComparingTo("0.5000025");
    Instant lately = Instant.parse("2026-11-01T00:00:00Z");
    assertThat(bundled.cost("anthropic", "claude-haiku-5-5", TokenCounts.of(100_000, 0), lately))
        .isEqualByComparingTo("0.01");
    assertThat(bundled.cost("anthropic", "claude-haiku-5-5", TokenCounts.of(100_001, 0), lately))
        .isEqualByComparingTo("0.0500005");
    assertThat(bundled.cost("openai", "gpt-6-sol", usage, lately)).isNull();
  }

  @Test
  void aFileReplacesTheBundledBook(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("prices.json"), BOOK);
    assertThat(PriceBook.of(file).version()).isEqualTo("test-1");
  }

  @Test
  void whatIsWrongIsToldWithTheModelsName() {
    assertThatThrownBy(() -> read(BOOK.replace("\"output\":15", "\"output\":-15")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("m: output must not be negative");
    assertThatThrownBy(() -> read(BOOK.replace("\"output\":15", "\"output\":0.0000001")))
        .hasMessageContaining("6 decimals");
    assertThatThrownBy(() -> read(BOOK.replace("\"input\":3,", "")))
        .hasMessageContaining("input is missing");
    assertThatThrownBy(() -> read(BOOK.replace("\"model\":\"dated\"", "\"model\":\"m\"")))
        .hasMessageContaining("names a model twice: m");
    assertThatThrownBy(() -> read(BOOK.replace("\"aboveInputTokens\":200000,", "")))
        .hasMessageContaining("m: two tiers begin above 0 input tokens");
    assertThatThrownBy(() -> read(BOOK.replaceFirst("\"from\":\"2026-07-01\",", "")))
        .hasMessageContaining("m: two prices begin on 1970-01-01");
    assertThatThrownBy(() -> read("{")).hasMessageContaining("not readable");
  }

  private void assertCost(String expected, TokenCounts usage) {
    assertThat(book.cost("p", "m", usage, NOW)).isEqualByComparingTo(expected);
  }

  private static PriceBook read(String json) throws IOException {
    return PriceBookReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }
}
