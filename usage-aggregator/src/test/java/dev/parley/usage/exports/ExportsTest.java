package dev.parley.usage.exports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.exports.ShelfConfig;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.usage.FakeUsageStore;
import dev.parley.usage.topology.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportsTest {

  private static final LocalDate DAY = LocalDate.parse("2026-03-04");
  private static final Instant NOON = Events.NOON;
  private static final Instant STILL_OPEN = Instant.parse("2026-03-05T00:59:59.999Z");
  private static final Instant CLOSED = Instant.parse("2026-03-05T01:00:00Z");
  private static final String HEADER =
      "provider,model,requestCount,totalInputTokens,totalOutputTokens,totalReasoningTokens,"
          + "totalCachedTokens,totalCostUSD\r\n";

  @TempDir private Path directory;
  private final FakeUsageStore store = new FakeUsageStore();
  private final FakeExportStore told = new FakeExportStore();
  private Exports exports;

  @BeforeEach
  void begin() {
    restart();
  }

  private void restart() {
    ShelfConfig shelf = new ShelfConfig.Directory(directory);
    exports =
        new Exports(
            store,
            told,
            shelf.shelf(),
            new ExportSettings(
                shelf, List.of(ExportFormat.CSV), Duration.ofHours(1), Duration.ofMinutes(5), 35));
  }

  @Test
  void anOpenDayIsWrittenAndFlaggedAndWrittenAgainAsItGrows() throws Exception {
    use(Events.of("a"));
    assertThat(exports.catchUp(NOON)).isEqualTo(1);
    assertThat(text("acme/2026-03-04.csv"))
        .isEqualTo(HEADER + "openai,gpt-5,1,10,20,30,40,0.100000\r\n");
    assertThat(manifest("2026-03-04").get("closed").booleanValue()).isFalse();

    assertThat(exports.catchUp(NOON)).as("nothing has changed").isZero();

    use(Events.of("b").cost("0.0000005"));
    assertThat(exports.catchUp(STILL_OPEN)).isEqualTo(1);
    assertThat(text("acme/2026-03-04.csv"))
        .isEqualTo(HEADER + "openai,gpt-5,2,20,40,60,80,0.100001\r\n");
    assertThat(manifest("2026-03-04").get("closed").booleanValue()).isFalse();
  }

  @Test
  void aDayIsClosedAfterItsGraceAndNeverChangesAgain() throws Exception {
    use(Events.of("a"));
    exports.catchUp(NOON);
    assertThat(exports.catchUp(CLOSED)).isEqualTo(1);
    assertThat(manifest("2026-03-04").get("closed").booleanValue()).isTrue();

    Map<String, String> before = files();
    use(Events.of("late"));
    exports.catchUp(CLOSED.plusSeconds(1));
    exports.writeRange(null, DAY, DAY.plusDays(1), CLOSED.plusSeconds(2));
    assertThat(files()).containsAllEntriesOf(before);
  }

  @Test
  void lateUsageComesAsCorrectionsThatAddUp() throws Exception {
    use(Events.of("a"));
    exports.catchUp(CLOSED);
    use(Events.of("b").cost("0.25"), Events.of("c").model("other"));
    assertThat(exports.catchUp(CLOSED.plusSeconds(1))).isEqualTo(1);
    assertThat(text("acme/2026-03-04.correction-1.csv"))
        .isEqualTo(
            HEADER
                + "openai,gpt-5,1,10,20,30,40,0.250000\r\n"
                + "openai,other,1,10,20,30,40,0.100000\r\n");
    assertThat(exports.catchUp(CLOSED.plusSeconds(2))).isZero();

    restart();
    assertThat(exports.catchUp(CLOSED.plusSeconds(3))).as("known from the files").isZero();
    use(Events.of("d"));
    exports.catchUp(CLOSED.plusSeconds(4));
    assertThat(text("acme/2026-03-04.correction-2.csv"))
        .isEqualTo(HEADER + "openai,gpt-5,1,10,20,30,40,0.100000\r\n");
    assertThat(manifest("2026-03-04.correction-2").get("correction").intValue()).isEqualTo(2);
    assertThat(manifest("2026-03-04.correction-2").get("closed").booleanValue()).isTrue();
  }

  @Test
  void theManifestTellsWhatTheFileHolds() throws Exception {
    use(Events.of("a"), Events.of("b").cost(null).model("x"), Events.of("c").guessed());
    exports.catchUp(CLOSED);
    JsonNode manifest = manifest("2026-03-04");
    byte[] csv = Files.readAllBytes(directory.resolve("acme/2026-03-04.csv"));
    assertThat(manifest.get("tenantId").textValue()).isEqualTo("acme");
    assertThat(manifest.get("file").textValue()).isEqualTo("2026-03-04.csv");
    assertThat(manifest.get("rows").intValue()).isEqualTo(2);
    assertThat(manifest.get("bytes").intValue()).isEqualTo(csv.length);
    assertThat(manifest.get("sha256").textValue())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(csv)));
    assertThat(manifest.get("sums").get("requestCount").intValue()).isEqualTo(3);
    assertThat(manifest.get("sums").get("costUSD").decimalValue()).isEqualByComparingTo("0.2");
    assertThat(manifest.get("sums").get("unpricedRequestCount").intValue()).isEqualTo(1);
    assertThat(manifest.get("sums").get("estimatedRequestCount").intValue()).isEqualTo(1);
    assertThat(manifest.get("priceVersions")).hasSize(1);
    assertThat(manifest.get("priceVersions").get(0).textValue()).isEqualTo("book-1");
  }

  @Test
  void theSameUsageGivesTheSameBytesWheneverItIsWritten() throws Exception {
    use(Events.of("a"), Events.of("b").model("=formula"), Events.of("c").tenant("other"));
    exports.catchUp(CLOSED);
    Map<String, String> first = files();
    for (String file : first.keySet()) {
      Files.delete(directory.resolve(file));
    }
    java.util.Collections.reverse(store.ledger);
    restart();
    assertThat(exports.writeRange(null, DAY, DAY.plusDays(1), CLOSED.plus(Duration.ofDays(9))))
        .isEqualTo(2);
    assertThat(files()).isEqualTo(first).hasSize(4);
  }

  @Test
  void whatWasMissedInADowntimeIsCaughtUp() throws Exception {
    for (int day = 0; day < 5; day++) {
      use(Events.of("e" + day).at(NOON.plus(Duration.ofDays(day))));
    }
    assertThat(exports.catchUp(NOON.plus(Duration.ofDays(4)))).isEqualTo(5);
    assertThat(manifest("2026-03-07").get("closed").booleanValue()).isTrue();
    assertThat(manifest("2026-03-08").get("closed").booleanValue()).isFalse();
  }

  @Test
  void tenantsDoNotSeeEachOther() throws Exception {
    use(Events.of("a"), Events.of("b").tenant("other").model("secret"));
    exports.catchUp(NOON);
    assertThat(text("acme/2026-03-04.csv")).doesNotContain("secret");
    assertThat(text("other/2026-03-04.csv")).contains("secret").doesNotContain("gpt-5");
  }

  @Test
  void aRangeCanBeWrittenForOneTenant() throws Exception {
    use(Events.of("a"), Events.of("b").tenant("other"));
    assertThat(exports.writeRange(new TenantId("other"), DAY, DAY.plusDays(1), NOON)).isEqualTo(1);
    assertThat(files()).containsOnlyKeys("other/2026-03-04.csv", "other/2026-03-04.manifest.json");
  }

  @Test
  void formulasAndSeparatorsInNamesDoNoHarm() throws Exception {
    use(Events.of("a").model("=HYPERLINK(\"x\"),y"));
    exports.catchUp(NOON);
    assertThat(text("acme/2026-03-04.csv"))
        .isEqualTo(HEADER + "openai,\"'=HYPERLINK(\"\"x\"\"),y\",1,10,20,30,40,0.100000\r\n");
  }

  @Test
  void midnightDividesDays() throws Exception {
    Instant midnight = Instant.parse("2026-03-05T00:00:00Z");
    use(Events.of("a").at(midnight.minusMillis(1)), Events.of("b").at(midnight));
    exports.catchUp(midnight);
    assertThat(text("acme/2026-03-04.csv")).contains("gpt-5,1,");
    assertThat(text("acme/2026-03-05.csv")).contains("gpt-5,1,");
  }

  @Test
  void aFileThatWasNotWrittenToItsEndIsWrittenAgain() throws Exception {
    use(Events.of("a"), Events.of("b").tenant("other"));
    Path inTheWay = Files.createDirectories(directory.resolve("acme/2026-03-04.manifest.json/x"));
    assertThatThrownBy(() -> exports.catchUp(CLOSED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 exports failed");
    assertThat(files()).as("the others are there").containsKey("other/2026-03-04.manifest.json");

    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    restart();
    assertThat(exports.catchUp(CLOSED.plusSeconds(9))).isEqualTo(1);
    assertThat(manifest("2026-03-04").get("closed").booleanValue()).isTrue();
    assertThat(exports.catchUp(CLOSED.plusSeconds(10))).isZero();
  }

  @Test
  void aClosedFileThatHoldsSomethingElseIsLeftAloneAndTold() throws Exception {
    use(Events.of("a"));
    exports.catchUp(CLOSED);
    Path file = directory.resolve("acme/2026-03-04.csv");
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    assertThat(permissions).doesNotContain(PosixFilePermission.OWNER_WRITE);
    Files.delete(file);
    Files.writeString(file, "edited");
    Files.setPosixFilePermissions(file, permissions);
    assertThatThrownBy(() -> exports.writeRange(null, DAY, DAY.plusDays(1), CLOSED))
        .hasMessageContaining("is final and holds something else");
    assertThat(text("acme/2026-03-04.csv")).isEqualTo("edited");
  }

  @Test
  void aCorrectedPriceComesAsACorrectionToo() throws Exception {
    Events unpriced = Events.of("a").cost(null);
    use(unpriced, Events.of("b"));
    exports.catchUp(CLOSED);
    use(unpriced.correction(1, "0.25"));
    assertThat(exports.catchUp(CLOSED.plusSeconds(1))).isEqualTo(1);
    assertThat(text("acme/2026-03-04.correction-1.csv"))
        .isEqualTo(HEADER + "openai,gpt-5,0,0,0,0,0,0.250000\r\n");
    JsonNode sums = manifest("2026-03-04.correction-1").get("sums");
    assertThat(sums.get("unpricedRequestCount").intValue()).isEqualTo(-1);
    assertThat(exports.catchUp(CLOSED.plusSeconds(2))).isZero();
  }

  @Test
  void nothingHalfWrittenIsLeftBehind() throws Exception {
    use(Events.of("a"));
    exports.catchUp(NOON);
    assertThat(files()).containsOnlyKeys("acme/2026-03-04.csv", "acme/2026-03-04.manifest.json");
  }

  @Test
  void aFolderThatIsAnotherTenantsIsNotWrittenTo() throws Exception {
    // as where a file system takes two names for one
    use(Events.of("a"));
    Files.createDirectories(directory.resolve("other"));
    Files.createSymbolicLink(directory.resolve("acme"), directory.resolve("other"));
    assertThatThrownBy(() -> exports.catchUp(CLOSED)).hasMessageContaining("another tenant");
    assertThat(files()).isEmpty();
  }

  @Test
  void twoProcessesDoNotWriteAtOnce() {
    use(Events.of("a"));
    told.lockedElsewhere = true;
    assertThat(exports.catchUp(NOON)).isZero();
    assertThatThrownBy(() -> exports.writeRange(null, DAY, DAY.plusDays(1), NOON))
        .isInstanceOf(IllegalStateException.class);
    told.lockedElsewhere = false;
    assertThat(exports.catchUp(NOON)).isEqualTo(1);
  }

  @Test
  void aStoreThatIsAwayIsToldAndNothingIsWritten() throws Exception {
    use(Events.of("a"));
    store.setAway(true);
    assertThatThrownBy(() -> exports.catchUp(NOON)).isInstanceOf(StoreUnavailableException.class);
    store.setAway(false);
    assertThat(exports.catchUp(NOON)).isEqualTo(1);
  }

  @Test
  void theLedgerIsOnlyReadForDaysThatHaveChanged() {
    use(Events.of("a"));
    exports.catchUp(NOON);
    int reads = store.ledgerReads;
    exports.catchUp(NOON);
    exports.catchUp(NOON);
    assertThat(store.ledgerReads).isEqualTo(reads);
  }

  private void use(Events... events) {
    for (Events event : events) {
      store.ledger.add(event.build());
    }
  }

  private String text(String file) throws IOException {
    return Files.readString(directory.resolve(file), UTF_8);
  }

  private JsonNode manifest(String name) throws IOException {
    return Json.mapper().readTree(text("acme/" + name + ".manifest.json"));
  }

  /** All files by name. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(directory.relativize(path).toString(), Files.readString(path));
      }
    }
    return files;
  }
}
