package dev.parley.usage.exports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import dev.parley.usage.csv.UsageCsv;
import dev.parley.usage.topology.Events;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fast way from the ledger to CSV, beside the one by objects and a CSV library. */
@UsesInfrastructure
final class LedgerCsvIT {

  private static final TenantId ACME = new TenantId("acme");
  private static final String[] PIECES = {
    "a", "7", ",", "\"", "\\", "\\.", "'", "(", ")", " ", "=", "+", "-", "@", "|", "%", "\t", "\r",
    "\n", "#", ";", "{", "}", "ü", "明", "＝", "\u200b", "\u00a0", "\ufeff", "\u0085", "😀", "NULL",
    "\\N", "$1", "?"
  };

  private final TestInfrastructure infrastructure;
  private Stores stores;
  private Ledger ledger;

  LedgerCsvIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  @BeforeEach
  void open() {
    stores =
        new Stores(
            StoreConfig.fromEnv(
                Map.of("DATABASE_URL", infrastructure.freshDatabase()), Scope.TENANT, 1),
            null,
            Clock.systemUTC());
    stores.start();
    ledger = new Ledger(stores);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  @Test
  void anyTextsComeOutTheSameByTheLibraryAndByTheStoresOwnLines() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("LedgerCsvIT -Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<UsageEvent> events = new ArrayList<>();
    for (String piece : PIECES) {
      events.add(event(events.size(), piece, random));
    }
    while (events.size() < 400) {
      events.add(event(events.size(), text(random), random));
    }
    events.add(event(events.size(), "", random));
    events.add(event(events.size(), "x".repeat(200_000), random));
    events.add(Events.of("e1").correction(1, "-0.50").build());
    ledger.add(events);

    assertThat(stores.usage().forEachLine(UsageFilter.ofTenant(ACME), line -> {})).isTrue();
    assertThat(fast(UsageFilter.ofTenant(ACME)))
        .as("seed %s", seed)
        .isEqualTo(slow(UsageFilter.ofTenant(ACME)));
    for (UsageEvent event : events.subList(0, PIECES.length)) {
      requireSame(filter(null, event.model(), null));
      requireSame(filter(null, null, event.provider()));
    }
  }

  @Test
  void everyFilterChoosesTheSameRows() {
    ledger.add(
        Events.of("a"),
        Events.of("b").model("m").at(Events.NOON.plusSeconds(120)),
        Events.of("c").at(Events.NOON.plusSeconds(180)),
        Events.of("d").tenant("other"));
    UsageFilter time =
        new UsageFilter(
            ACME,
            null,
            null,
            null,
            null,
            Events.NOON.plusSeconds(60),
            Events.NOON.plusSeconds(180));
    assertThat(fast(time).lines()).hasSize(3);
    for (UsageFilter filter :
        List.of(
            time,
            UsageFilter.ofTenant(ACME),
            UsageFilter.ofTenant(new TenantId("other")),
            UsageFilter.ofTenant(new TenantId("nobody")),
            new UsageFilter(null, null, null, null, null, null, null),
            new UsageFilter(ACME, new SessionId("session"), null, "m", "openai", null, null),
            new UsageFilter(ACME, null, "no bot", null, null, null, null),
            filter(null, "x' or true or 'x' = '", null),
            filter(null, "?", "$$ || $$"),
            filter("\\' --", null, null))) {
      requireSame(filter);
    }
  }

  @Test
  void aReaderThatGoesAwayLeavesTheConnectionFitForTheNext() {
    List<UsageEvent> events = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      events.add(event(i, "x".repeat(20_000), new SplittableRandom(i)));
    }
    ledger.add(events);
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("gone");
          }
        };
    // the one connection of the pool
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() ->
              stores
                  .usage()
                  .forEachLine(
                      UsageFilter.ofTenant(ACME),
                      line -> {
                        throw new UncheckedIOException(new IOException("gone"));
                      }))
          .isInstanceOf(UncheckedIOException.class);
      assertThatThrownBy(
              () -> UsageCsv.writeEvents(broken, stores.usage(), UsageFilter.ofTenant(ACME)))
          .isInstanceOf(UncheckedIOException.class);
      assertThat(fast(UsageFilter.ofTenant(ACME)).lines()).hasSize(301);
    }
  }

  private void requireSame(UsageFilter filter) {
    assertThat(fast(filter)).as("%s", filter).isEqualTo(slow(filter));
  }

  private static UsageFilter filter(
      @Nullable String bot, @Nullable String model, @Nullable String provider) {
    return new UsageFilter(ACME, null, bot, model, provider, null, null);
  }

  private static UsageEvent event(int number, String text, SplittableRandom random) {
    UsageEvent event =
        Events.of("e" + number)
            .model(text)
            .at(Events.NOON.plusMillis(number * 10L))
            .cost(number % 3 == 0 ? null : "0.000000000" + number + "0")
            .build();
    return event.with(
        number % 2 == 0
            ? null
            : JsonNodeFactory.instance.objectNode().put("k\\", text).put(text(random), 1.10),
        event.timestamp());
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length >= 0; length--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private String slow(UsageFilter filter) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UsageCsv.writeEvents(out, sink -> stores.usage().forEachEvent(filter, sink));
    return out.toString(StandardCharsets.UTF_8);
  }

  private String fast(UsageFilter filter) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UsageCsv.writeEvents(out, stores.usage(), filter);
    return out.toString(StandardCharsets.UTF_8);
  }
}
