package dev.parley.usage.csv;

import static dev.parley.storage.UsageStore.UsageDimension.BOT;
import static dev.parley.storage.UsageStore.UsageDimension.DAY;
import static dev.parley.storage.UsageStore.UsageDimension.MODEL;
import static dev.parley.storage.UsageStore.UsageDimension.PROVIDER;
import static dev.parley.storage.UsageStore.UsageDimension.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageSum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageCsvTest {

  private static final List<UsageDimension> PLAIN = UsageCsv.exportGrouping(List.of());
  private static final String HEADER =
      "provider,model,requestCount,totalInputTokens,totalOutputTokens,totalReasoningTokens,"
          + "totalCachedTokens,totalCostUSD\r\n";

  @Test
  void sumsWithoutAGroupingHaveExactlyTheEightColumns() {
    assertThat(sums(PLAIN, sum("0.1", "openai", "gpt-5")))
        .isEqualTo(HEADER + "openai,gpt-5,1,2,3,4,5,0.100000\r\n");
  }

  @Test
  void noSumsLeaveTheHeader() {
    assertThat(sums(PLAIN)).isEqualTo(HEADER);
  }

  @Test
  void whatIsGroupedByComesFirstAndOnce() {
    assertThat(UsageCsv.exportGrouping(List.of(DAY, MODEL))).containsExactly(DAY, MODEL, PROVIDER);
    assertThat(UsageCsv.sumColumns(UsageCsv.exportGrouping(List.of(TENANT, BOT))))
        .startsWith("tenantId", "botId", "provider", "model", "requestCount");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0000005, 0.000001",
    "0.00000049999, 0.000000",
    "-0.0000005, -0.000001",
    "12345678901234567890.1234565, 12345678901234567890.123457",
    "1E+3, 1000.000000",
    "0, 0.000000"
  })
  void moneyHasSixDecimalsRoundedHalfUp(String exact, String written) {
    assertThat(sums(PLAIN, sum(exact, "p", "m"))).endsWith("," + written + "\r\n");
  }

  @Test
  void quotesAreSetAsInRfc4180() {
    assertThat(sums(PLAIN, sum("0", "a,b", "say \"hi\"\nthere")))
        .contains("\r\n\"a,b\",\"say \"\"hi\"\"\nthere\",1,");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u00a0=1", "\ufeff=1", "＝1", "|x", "%x"})
  void textThatCouldBeAFormulaIsFenced(String text) {
    assertThat(sums(PLAIN, sum("0", "p", text))).contains("p,'" + text + ",1,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\t=1", "\r=1", "\n=1"})
  void controlCharactersDoNotHideAFormula(String text) {
    assertThat(sums(PLAIN, sum("0", "p", text))).contains("'" + text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-5", "a=b", "claude-4.5-sonnet", "模型"})
  void otherTextIsLeftAsItIs(String text) {
    assertThat(sums(PLAIN, sum("0", "p", text))).contains("p," + text + ",1,");
  }

  @Test
  void aGroupWithoutValueIsAnEmptyCell() {
    assertThat(sums(UsageCsv.exportGrouping(List.of(BOT)), sum("0", null, "p", "m")))
        .contains("\r\n,p,m,1,");
  }

  @Test
  void eventsKeepTheirExactCostAndTellAnUnknownOneFromZero() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UsageCsv.writeEvents(
        out,
        sink -> {
          sink.accept(event("e1", new BigDecimal("0.00000012345")));
          sink.accept(event("e2", null));
          sink.accept(event("=e3", BigDecimal.ZERO));
        });
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines.get(0).split(",", -1)).hasSize(24).startsWith("eventId", "requestId", "jobId");
    assertThat(lines.get(1))
        .startsWith("e1,,job,session,tenant,,openai,m,stop,7,2026-01-02T03:04:05.006Z,default,")
        .contains("\"{\"\"k\"\":\"\"=v\"\"}\"")
        .endsWith(",1,2,3,4,5,6,0.00000012345,pb-1,true,,");
    assertThat(lines.get(2)).endsWith(",6,,pb-1,true,,");
    assertThat(lines.get(3)).startsWith("'=e3,").endsWith(",6,0,pb-1,true,,");
  }

  @Test
  void aStreamThatFailsEndsTheReading() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("gone");
          }
        };
    assertThatThrownBy(() ->
            UsageCsv.writeEvents(
                broken,
                sink -> {
                  while (true) {
                    sink.accept(event("e", null));
                  }
                }))
        .isInstanceOf(UncheckedIOException.class);
  }

  private static String sums(List<UsageDimension> groupBy, UsageSum... sums) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UsageCsv.writeSums(out, groupBy, List.of(sums));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static UsageSum sum(String cost, @Nullable String... group) {
    return new UsageSum(Arrays.asList(group), 1, 2, 3, 4, 5, 6, new BigDecimal(cost), 0);
  }

  private static UsageEvent event(String id, @Nullable BigDecimal cost) {
    return new UsageEvent(
        id,
        null,
        new JobId("job"),
        new SessionId("session"),
        new TenantId("tenant"),
        null,
        "openai",
        "m",
        FinishReason.STOP,
        7,
        Instant.parse("2026-01-02T03:04:05.006Z"),
        "default",
        Json.mapper().createObjectNode().put("k", "=v"),
        1,
        2,
        3,
        4,
        5,
        6,
        cost,
        "pb-1",
        true);
  }
}
