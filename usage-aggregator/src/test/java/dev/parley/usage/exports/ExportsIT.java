package dev.parley.usage.exports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.parley.exports.ExportShelf;
import dev.parley.exports.ShelfConfig;
import dev.parley.pricing.PriceBook;
import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import dev.parley.usage.reprice.Reprices;
import dev.parley.usage.topology.Events;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exports on a real PostgreSQL. */
@UsesInfrastructure
final class ExportsIT {

  private static final LocalDate DAY = LocalDate.parse("2026-03-04");
  private static final Instant CLOSED = Instant.parse("2026-03-05T01:00:00Z");
  private static final Instant NEXT_MONTH = Instant.parse("2026-04-02T00:00:00Z");

  @TempDir private Path directory;
  private final TestInfrastructure infrastructure;
  private Stores stores;
  private Ledger ledger;

  ExportsIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  @BeforeEach
  void open() {
    stores =
        new Stores(
            StoreConfig.fromEnv(
                Map.of("DATABASE_URL", infrastructure.freshDatabase()), Scope.SERVICE, 6),
            null,
            Clock.systemUTC());
    stores.start();
    ledger = new Ledger(stores);
    stores.usage().recordPriceBook("book-1", Books.FIRST);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  @Test
  void killedAnywhereInTheMiddleOfWritingTheFilesComeOutTheSame() throws Exception {
    ledger.add(Events.of("a"), Events.of("b").model("m"), Events.of("c").tenant("other"));
    Path whole = directory.resolve("whole");
    exports(shelf(whole)).catchUp(CLOSED);
    Map<String, String> expected = files(whole);
    assertThat(expected).hasSize(8);

    for (int puts = 0; puts < expected.size(); puts++) {
      Path broken = directory.resolve("killed-after-" + puts);
      DyingShelf dying = new DyingShelf(shelf(broken), puts);
      assertThatThrownBy(() -> exports(dying).catchUp(CLOSED)).isInstanceOf(Killed.class);
      assertThat(files(broken)).hasSize(puts);
      exports(shelf(broken)).catchUp(CLOSED.plusSeconds(60));
      assertThat(files(broken)).isEqualTo(expected);
    }
  }

  @Test
  void whatWasToldIsWrittenAgainByteForByteWithItsCorrections() throws Exception {
    ledger.add(Events.of("a"), Events.of("b").model("m").cost("0.25"));
    Path first = directory.resolve("first");
    Exports exports = exports(shelf(first));
    exports.catchUp(CLOSED);
    Map<String, String> day = files(first);
    ledger.add(Events.of("late").cost("0.5"));
    exports.catchUp(CLOSED.plusSeconds(60));
    ledger.add(Events.of("later").model("other"));
    exports.catchUp(CLOSED.plusSeconds(120));
    Map<String, String> all = files(first);
    assertThat(all)
        .containsAllEntriesOf(day)
        .containsKeys(
            "acme/2026-03-04.correction-1.csv",
            "acme/2026-03-04.correction-2.csv",
            "acme/2026-03-04.correction-2.focus.csv")
        .hasSize(12);

    Path second = directory.resolve("second");
    int written = exports(shelf(second)).writeRange(null, DAY, DAY.plusDays(1), NEXT_MONTH);
    assertThat(written).isEqualTo(6);
    assertThat(files(second)).isEqualTo(all);
  }

  @Test
  void ofSeveralAggregatorsOneWritesAndTheOthersPass() throws Exception {
    ledger.add(Events.of("a"));
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Path place = directory.resolve("shared");
    ExportShelf slow =
        new DyingShelf(shelf(place), Integer.MAX_VALUE) {
          @Override
          public void put(TenantId tenant, String name, byte[] content, boolean isFinal)
              throws IOException {
            writing.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            super.put(tenant, name, content, isFinal);
          }
        };
    Thread one = Thread.ofPlatform().start(() -> exports(slow).catchUp(CLOSED));
    writing.await();
    assertThat(exports(shelf(place)).catchUp(CLOSED)).isZero();
    assertThat(files(place)).isEmpty();
    go.countDown();
    one.join();
    assertThat(files(place)).hasSize(4);
    assertThat(exports(shelf(place)).catchUp(CLOSED)).isZero();
  }

  @Test
  void aLongDowntimeIsCaughtUpBeyondTheLookback() throws Exception {
    Instant noon = Events.NOON;
    ledger.add(Events.of("before"));
    exports(shelf(directory)).catchUp(noon);
    for (int days = 1; days <= 60; days += 10) {
      ledger.add(Events.of("e" + days).at(noon.plus(Duration.ofDays(days))));
    }
    exports(shelf(directory)).catchUp(noon.plus(Duration.ofDays(61)));
    assertThat(files(directory))
        .containsKeys("acme/2026-03-05.csv", "acme/2026-03-15.csv", "acme/2026-04-24.csv");
    assertThat(files(directory).get("acme/2026-03-04.manifest.json")).contains("\"closed\" : true");
  }

  @Test
  void costsByKindOfTokensAndPriceAddUpToTheLedgerExactly() throws Exception {
    ledger.add(
        Books.priced("a", 1000, 300, 100),
        Books.priced("b", 7, 1, 3),
        Books.priced("big", 300_000, 10, 11),
        Books.priced("unpriced", 50, 0, 5).model("new-model").cost(null),
        Events.of("odd").cost("0.123456789012345"));
    Exports exports = exports(shelf(directory));
    exports.catchUp(CLOSED);
    List<NamedCsvRecord> rows = focus("2026-03-04");
    assertThat(sum(rows)).isEqualByComparingTo(ledgerCost());
    assertThat(rows).extracting(row -> row.getField("SkuId")).doesNotContain("new-model");

    // A book that knows the new model, and has another price for output.
    PriceBook corrected = PriceBook.parse(Books.SECOND);
    assertThat(Reprices.apply(stores, corrected)).isPositive();
    assertThat(Reprices.apply(stores, corrected)).as("the same again changes nothing").isZero();
    ledger.writeTotals();
    exports.catchUp(NEXT_MONTH);
    List<NamedCsvRecord> correction = focus("2026-03-04.correction-1");
    assertThat(correction).isNotEmpty();
    assertThat(correction)
        .extracting(row -> row.getField("ChargeClass"))
        .containsOnly("Correction");
    rows.addAll(correction);
    assertThat(sum(rows)).isEqualByComparingTo(ledgerCost());
    for (NamedCsvRecord row : rows) {
      FocusRules.check(row);
    }
  }

  private BigDecimal ledgerCost() {
    List<BigDecimal> costs = new ArrayList<>();
    stores
        .usage()
        .forEachEvent(
            UsageFilter.ofTenant(new TenantId("acme")),
            event -> costs.add(event.costUSD() == null ? BigDecimal.ZERO : event.costUSD()));
    return costs.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal sum(List<NamedCsvRecord> rows) {
    BigDecimal billed = BigDecimal.ZERO;
    BigDecimal effective = BigDecimal.ZERO;
    for (NamedCsvRecord row : rows) {
      billed = billed.add(new BigDecimal(row.getField("BilledCost")));
      effective = effective.add(new BigDecimal(row.getField("EffectiveCost")));
    }
    assertThat(effective).isEqualByComparingTo(billed);
    return billed;
  }

  private List<NamedCsvRecord> focus(String name) throws IOException {
    String text = Files.readString(directory.resolve("acme/" + name + ".focus.csv"));
    try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(text)) {
      return new ArrayList<>(reader.stream().toList());
    }
  }

  private static ExportShelf shelf(Path place) {
    return new ShelfConfig.Directory(place).shelf();
  }

  private Exports exports(ExportShelf shelf) {
    return new Exports(
        stores.usage(),
        stores.exports(),
        shelf,
        new ExportSettings(
            new ShelfConfig.None(),
            List.of(ExportFormat.CSV, ExportFormat.FOCUS),
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            35));
  }

  private static Map<String, String> files(Path place) throws IOException {
    Map<String, String> files = new TreeMap<>();
    if (!Files.exists(place)) {
      return files;
    }
    try (Stream<Path> paths = Files.walk(place)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(place.relativize(path).toString(), Files.readString(path));
      }
    }
    return files;
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Ends the process, as it were, once so many files were put. */
  private static class DyingShelf implements ExportShelf {

    private final ExportShelf shelf;
    private int puts;

    DyingShelf(ExportShelf shelf, int puts) {
      this.shelf = shelf;
      this.puts = puts;
    }

    @Override
    public void put(TenantId tenant, String name, byte[] content, boolean isFinal)
        throws IOException {
      if (puts-- == 0) {
        throw new Killed();
      }
      shelf.put(tenant, name, content, isFinal);
    }

    @Override
    public @Nullable InputStream open(TenantId tenant, String name) throws IOException {
      return shelf.open(tenant, name);
    }

    @Override
    public List<String> names(TenantId tenant) throws IOException {
      return shelf.names(tenant);
    }

    @Override
    public String place() {
      return shelf.place();
    }

    @Override
    public void close() {
      shelf.close();
    }
  }
}
