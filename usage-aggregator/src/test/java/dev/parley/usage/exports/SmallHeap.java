package dev.parley.usage.exports;

import dev.parley.exports.ShelfConfig;
import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.usage.csv.UsageCsv;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Writes a ledger as files in every way that there is. Run in a process of its own. */
final class SmallHeap {

  private SmallHeap() {}

  /**
   * @param args the tenant, where the files go, and when the batch exports are made
   */
  public static void main(String[] args) throws IOException {
    UsageFilter filter = UsageFilter.ofTenant(new TenantId(args[0]));
    Path directory = Path.of(args[1]);
    try (Stores stores =
        new Stores(
            StoreConfig.fromEnv(System.getenv(), Scope.SERVICE, 4), null, Clock.systemUTC())) {
      stores.start();
      try (OutputStream out = Files.newOutputStream(directory.resolve("copied.csv"))) {
        UsageCsv.writeEvents(out, stores.usage(), filter);
      }
      try (OutputStream out =
          new BufferedOutputStream(Files.newOutputStream(directory.resolve("by-library.csv")))) {
        UsageCsv.writeEvents(out, sink -> stores.usage().forEachEvent(filter, sink));
      }
      ExportSettings settings =
          new ExportSettings(
              new ShelfConfig.None(),
              List.of(ExportFormat.CSV, ExportFormat.FOCUS),
              Duration.ofHours(1),
              Duration.ofMinutes(5),
              35);
      new Exports(
              stores.usage(),
              stores.exports(),
              new ShelfConfig.Directory(directory.resolve("exports")).shelf(),
              settings)
          .catchUp(Instant.parse(args[2]));
    }
  }
}
