package dev.parley.usage.topology;

import static dev.parley.usage.topology.Events.NOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageTopologyTest {

  private static final String CELL = "acme/2026-03-04T12Z/openai/gpt-5";

  @TempDir private Path stateDir;
  private TopologyRig rig;

  @BeforeEach
  void start() {
    rig = new TopologyRig(stateDir);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void eventsOfACellAreAddedUpExactly() {
    IntStream.range(0, 10).forEach(i -> rig.at(NOON, Events.of("e" + i)));
    UsageTotal total = rig.totals().get(CELL);
    assertThat(total.version()).isEqualTo(10);
    assertThat(total.requestCount()).isEqualTo(10);
    assertThat(total.inputTokens()).isEqualTo(100);
    assertThat(total.outputTokens()).isEqualTo(200);
    assertThat(total.reasoningTokens()).isEqualTo(300);
    assertThat(total.cachedTokens()).isEqualTo(400);
    assertThat(total.cachedWriteTokens()).isEqualTo(500);
    assertThat(total.costUSD()).isEqualByComparingTo("1");
    assertThat(rig.totals()).hasSize(1);
    assertThat(rig.published()).as("many changes are published once").isEqualTo(1);
    assertThat(rig.counted("aggregated")).isEqualTo(10);
  }

  @Test
  void decimalsOfAnyScaleKeepEveryDigit() {
    rig.at(NOON, Events.of("a").cost("0.0000000000000000000000001"), Events.of("b").cost("1E+6"));
    assertThat(rig.totals().get(CELL).costUSD())
        .isEqualTo(new BigDecimal("1000000.0000000000000000000000001"));
  }

  @Test
  void anUnknownPriceIsCountedAndIsNotZero() {
    rig.at(NOON, Events.of("a").cost(null), Events.of("b").cost("0"), Events.of("c").guessed());
    UsageTotal total = rig.totals().get(CELL);
    assertThat(total.unpricedRequestCount()).isEqualTo(1);
    assertThat(total.estimatedRequestCount()).isEqualTo(1);
    assertThat(total.costUSD()).isEqualByComparingTo("0.1");
  }

  @Test
  void aCorrectionChangesTheCostAndCountsNoRequest() {
    Events unpriced = Events.of("a").cost(null);
    Events priced = Events.of("b");
    rig.at(NOON, unpriced, priced);
    rig.at(
        NOON.plusSeconds(1),
        unpriced.correction(1, "0.05"),
        priced.correction(1, "-0.025"),
        priced.correction(1, "-0.025"));
    UsageTotal total = rig.totals().get(CELL);
    assertThat(total.version()).isEqualTo(4);
    assertThat(total.requestCount()).isEqualTo(2);
    assertThat(total.unpricedRequestCount()).isZero();
    assertThat(total.inputTokens()).isEqualTo(20);
    assertThat(total.costUSD()).isEqualByComparingTo("0.125");
  }

  @Test
  void onlyACorrectionMayCostLessThanNothing() {
    rig.at(NOON, Events.of("a").cost("-0.1"));
    assertThat(rig.totals()).isEmpty();
    assertThat(rig.deadLetters()).hasSize(1);
  }

  @Test
  void aSecondCopyIsNotCounted() {
    rig.at(NOON, Events.of("a"), Events.of("a"));
    rig.publish();
    rig.at(NOON.plus(Duration.ofDays(1)), Events.of("a"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(1);
    assertThat(rig.counted("duplicate")).isEqualTo(2);
  }

  @Test
  void aCopyIsRecognisedThroughoutTheWindowWhereverItBegan() {
    for (int minutes = 0; minutes < 48 * 60; minutes += 97) {
      rig.at(NOON.plus(Duration.ofMinutes(minutes)), Events.of("e" + minutes));
    }
    long first = rig.totals().values().stream().mapToLong(UsageTotal::version).sum();
    Instant end = NOON.plus(Duration.ofDays(2));
    for (int minutes = 24 * 60; minutes < 48 * 60; minutes++) {
      if (minutes % 97 == 0) {
        rig.at(end, Events.of("e" + minutes));
      }
    }
    assertThat(rig.totals().values().stream().mapToLong(UsageTotal::version).sum())
        .isEqualTo(first);
  }

  @Test
  void idsAreForgottenInTheEndSoThatTheStoreDoesNotGrowForever() {
    rig.at(NOON, Events.of("a"));
    rig.at(NOON.plus(Duration.ofDays(3)), Events.of("b"), Events.of("a"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(3);
  }

  @Test
  void aCorrectionThatIsSentAgainLongAfterTheWindowIsKnown() {
    Events correction = Events.of("a").correction(1, "0.05");
    rig.at(NOON, Events.of("a"), correction);
    rig.publish();
    rig = rig.restart(stateDir);
    rig.at(NOON.plus(Duration.ofDays(400)), correction, Events.of("b"));
    assertThat(rig.totals().get(CELL).costUSD()).isEqualByComparingTo("0.25");
    assertThat(rig.counted("duplicate")).isEqualTo(1);
  }

  @Test
  void aLateEventFindsItsCellAndItsCopyIsStillRecognised() {
    rig.at(NOON, Events.of("now"));
    Events late = Events.of("late").at(NOON.minus(Duration.ofDays(40)));
    rig.at(NOON.plusSeconds(1), late, late);
    assertThat(rig.totals().get("acme/2026-01-23T12Z/openai/gpt-5").version()).isEqualTo(1);
    assertThat(rig.counted("late")).isEqualTo(1);
    assertThat(rig.counted("duplicate")).isEqualTo(1);
    assertThat(rig.counted("aggregated")).isEqualTo(1);
  }

  @Test
  void aClockThatStepsBackDoesNotBreakTheRemembering() {
    rig.at(NOON.plus(Duration.ofDays(3)), Events.of("a"));
    rig.at(NOON, Events.of("b"), Events.of("b"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(2);
  }

  @Test
  void hoursEndWhereTheNextBegins() {
    rig.at(
        NOON,
        Events.of("a").at(NOON),
        Events.of("b").at(NOON.plusSeconds(3600).minusMillis(1)),
        Events.of("c").at(NOON.plusSeconds(3600)));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(2);
    assertThat(rig.totals().get("acme/2026-03-04T13Z/openai/gpt-5").version()).isEqualTo(1);
  }

  @Test
  void tenantsAndModelsHaveCellsOfTheirOwnWhateverTheirNames() {
    rig.at(
        NOON,
        Events.of("a").model("x/y"),
        Events.of("b").model("x%2Fy"),
        Events.of("c").model("x+y"),
        Events.of("d").model("x y"),
        Events.of("e").model("模型\ud83d\ude00"),
        Events.of("f").tenant("acme-2"));
    assertThat(rig.totals()).hasSize(6);
    assertThat(rig.totals().values())
        .extracting(total -> total.cell().model())
        .containsExactlyInAnyOrder("x/y", "x%2Fy", "x+y", "x y", "模型\ud83d\ude00", "gpt-5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "null", "[]", "{}", "\"text\""})
  void whatCannotBeReadIsPutAsideAndTheStreamGoesOn(String value) {
    rig.raw(NOON, "acme".getBytes(UTF_8), value.getBytes(UTF_8), "1");
    rig.at(NOON, Events.of("a"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(1);
    TestRecord<byte[], byte[]> letter = only(rig.deadLetters());
    assertThat(letter.key()).isEqualTo("acme".getBytes(UTF_8));
    assertThat(letter.value()).isEqualTo(value.getBytes(UTF_8));
    assertThat(header(letter, Headers.DEAD_LETTER_REASON)).isEqualTo("undecodable");
    assertThat(header(letter, Headers.DEAD_LETTER_DETAIL)).isNotBlank();
    assertThat(header(letter, Headers.DEAD_LETTER_TOPIC)).isEqualTo("usage.events");
    assertThat(header(letter, Headers.DEAD_LETTER_PARTITION)).isEqualTo("0");
    assertThat(header(letter, Headers.DEAD_LETTER_OFFSET)).isEqualTo("0");
    assertThat(header(letter, "traceparent")).isEqualTo("t");
    assertThat(rig.counted("dead-lettered")).isEqualTo(1);
  }

  @Test
  void aRecordWithoutValueIsPutAside() {
    rig.raw(NOON, "acme".getBytes(UTF_8), null, "1");
    assertThat(header(only(rig.deadLetters()), Headers.DEAD_LETTER_REASON))
        .isEqualTo("undecodable");
  }

  @Test
  void whatANewerReleaseWroteIsPutAsideUnderItsOwnReason() {
    byte[] value = EventCodec.USAGE_EVENTS.encode(Events.of("a").build());
    rig.raw(NOON, "acme".getBytes(UTF_8), value, "2");
    TestRecord<byte[], byte[]> letter = only(rig.deadLetters());
    assertThat(header(letter, Headers.DEAD_LETTER_REASON)).isEqualTo("newer_release");
    assertThat(letter.value()).isEqualTo(value);
    assertThat(rig.totals()).isEmpty();
  }

  @Test
  void anEventUnderAnotherTenantsKeyIsPutAside() {
    rig.raw(
        NOON, "other".getBytes(UTF_8), EventCodec.USAGE_EVENTS.encode(Events.of("a").build()), "1");
    assertThat(header(only(rig.deadLetters()), Headers.DEAD_LETTER_REASON)).isEqualTo("misrouted");
    assertThat(rig.totals()).isEmpty();
  }

  @Test
  void numbersAndTextThatWouldDoHarmArePutAside() {
    String readable = new String(EventCodec.USAGE_EVENTS.encode(Events.of("a").build()), UTF_8);
    for (String cost : List.of("1E+999999999", "1E-999999999")) {
      String huge = readable.replace("\"costUSD\":0.1", "\"costUSD\":" + cost);
      assertThat(huge).contains(cost);
      rig.raw(NOON, "acme".getBytes(UTF_8), huge.getBytes(UTF_8), "1");
    }
    rig.at(
        NOON,
        Events.of("c").cost("-1"),
        Events.of("d").tokens(-1),
        Events.of("e").tokens(Long.MAX_VALUE / 8),
        Events.of("f").at(Instant.parse("1999-12-31T23:59:59Z")),
        Events.of("g").model("nul\0"),
        Events.of("h").model(""),
        Events.of("i"));
    assertThat(rig.deadLetters())
        .hasSize(8)
        .allSatisfy(letter ->
            assertThat(header(letter, Headers.DEAD_LETTER_REASON))
                .isIn("implausible", "undecodable"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(1);
  }

  @Test
  void theStateOutlivesARestart() {
    rig.at(NOON, Events.of("a"), Events.of("b"));
    rig.publish();
    rig = rig.restart(stateDir);
    rig.at(NOON, Events.of("a"), Events.of("c"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(3);
    assertThat(rig.totals().get(CELL).costUSD()).isEqualByComparingTo("0.3");
  }

  @Test
  void whatBecameOfEachRecordIsCountedInTheHourOfItsEvent() {
    rig.at(NOON, Events.of("a"), Events.of("a"), Events.of("b"));
    rig.at(NOON, Events.of("old").at(NOON.minus(Duration.ofDays(3))));
    rig.at(NOON, Events.of("c").tokens(-1));
    rig.raw(NOON.plusSeconds(3600), "acme".getBytes(UTF_8), "{".getBytes(UTF_8), "1");
    rig.raw(NOON, null, "{".getBytes(UTF_8), "1");
    rig.raw(NOON, "no tenant".getBytes(UTF_8), "{".getBytes(UTF_8), "1");
    TenantId acme = new TenantId("acme");
    assertThat(rig.counts())
        .containsOnly(
            Map.entry("acme/2026-03-04T12Z/0", new UsageCounts(acme, NOON, 0, 4, 2, 1, 0, 1)),
            Map.entry(
                "acme/2026-03-01T12Z/0",
                new UsageCounts(acme, NOON.minus(Duration.ofDays(3)), 0, 1, 0, 0, 1, 0)),
            Map.entry(
                "acme/2026-03-04T13Z/0",
                new UsageCounts(acme, NOON.plusSeconds(3600), 0, 1, 0, 0, 0, 1)),
            Map.entry("/2026-03-04T12Z/0", new UsageCounts(null, NOON, 0, 2, 0, 0, 0, 2)));
  }

  @Test
  void countsGoOnWhereTheyWereAfterARestart() {
    rig.at(NOON, Events.of("a"));
    rig.publish();
    rig = rig.restart(stateDir);
    rig.at(NOON, Events.of("a"), Events.of("b"));
    assertThat(rig.counts().get("acme/2026-03-04T12Z/0"))
        .isEqualTo(new UsageCounts(new TenantId("acme"), NOON, 0, 3, 2, 1, 0, 0));
  }

  @Test
  void aLateEventIsAlsoToldToWhoeverHasClosedTheBooks() {
    Events late = Events.of("late").at(NOON.minus(Duration.ofHours(5)));
    rig.at(NOON, late, late, Events.of("now"));
    TestRecord<byte[], byte[]> told = only(rig.late());
    assertThat(told.key()).isEqualTo("acme".getBytes(UTF_8));
    assertThat(told.value()).isEqualTo(EventCodec.USAGE_EVENTS.encode(late.build()));
    assertThat(header(told, Headers.SCHEMA_VERSION)).isEqualTo("1");
  }

  @Test
  void aTenantThatIsSpreadIsAddedUpInTwoStages() {
    for (int i = 0; i < 10; i++) {
      rig.append(NOON, Events.of("e" + i).build(), true);
      rig.append(NOON, Events.of("e" + i).build(), true);
    }
    rig.at(NOON, Events.of("plain"));
    assertThat(rig.totals().get(CELL).version()).isEqualTo(11);
    rig.append(NOON, Events.of("later").build(), true);
    assertThat(rig.totals().get(CELL).version()).isEqualTo(12);
    assertThat(rig.totals().get(CELL).costUSD()).isEqualByComparingTo("1.2");
    assertThat(rig.counts().get("acme/2026-03-04T12Z/0"))
        .isEqualTo(new UsageCounts(new TenantId("acme"), NOON, 0, 22, 12, 10, 0, 0));
  }

  @Test
  void nothingIsPublishedTwice() {
    rig.at(NOON, Events.of("a"));
    rig.publish();
    rig.publish();
    assertThat(rig.published()).isEqualTo(1);
  }

  private static TestRecord<byte[], byte[]> only(List<TestRecord<byte[], byte[]>> letters) {
    assertThat(letters).hasSize(1);
    return letters.getFirst();
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
