package dev.parley.usage.reprice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import dev.parley.usage.Main;
import dev.parley.usage.exports.Books;
import dev.parley.usage.exports.Ledger;
import dev.parley.usage.topology.Events;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repricing on a real ledger and a real broker. */
@UsesInfrastructure
final class RepriceIT {

  @TempDir private Path directory;
  private final Map<String, String> environment;
  private final KafkaSettings kafka;
  private final String tenant;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Stores stores;

  RepriceIT(TestInfrastructure infrastructure) {
    this.environment =
        Map.of(
            "DATABASE_URL", infrastructure.freshDatabase(),
            "KAFKA_BOOTSTRAP_SERVERS", infrastructure.kafkaBootstrapServers());
    this.kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    this.tenant = infrastructure.uniqueName("tenant");
  }

  @BeforeEach
  void open() throws Exception {
    new TopicSetup(1, 0).ensure(kafka);
    stores =
        new Stores(StoreConfig.fromEnv(environment, Scope.SERVICE, 2), null, Clock.systemUTC());
    stores.start();
    new Ledger(stores)
        .add(
            Books.priced("same", 100, 0, 0).tenant(tenant),
            Books.priced("dearer", 100, 0, 1_000_000).tenant(tenant),
            Events.of("unpriced").usage(3, 0, 0).model("new-model").cost(null).tenant(tenant),
            Events.of("unknown").model("unheard-of").cost(null).tenant(tenant));
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private int reprice(String... more) throws Exception {
    Path book = Files.writeString(directory.resolve("prices.json"), Books.SECOND);
    out.reset();
    err.reset();
    List<String> args =
        new ArrayList<>(
            List.of("--since", "2026-03-04", "--until", "2026-03-05", "--prices", book.toString()));
    args.addAll(List.of(more));
    return Main.reprice(
        environment, args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }

  private List<UsageEvent> ledger() {
    List<UsageEvent> events = new ArrayList<>();
    stores
        .usage()
        .forEachEvent(new UsageFilter(null, null, null, null, null, null, null), events::add);
    return events;
  }

  @Test
  void theDifferencesAreToldAndNothingIsChanged() throws Exception {
    List<UsageEvent> before = ledger();
    assertThat(reprice()).isZero();
    assertThat(out.toString(UTF_8))
        .isEqualToNormalizingNewlines(
            """
            tenant,day,provider,model,calls,changed,nowPriced,stillUnpriced,costBefore,costAfter,difference
            %1$s,2026-03-04,openai,gpt-5,2,1,0,0,10.000251,9.50025,-0.500001
            %1$s,2026-03-04,openai,new-model,1,1,1,0,0,0.000009999999,0.000009999999
            %1$s,2026-03-04,openai,unheard-of,1,0,0,1,0,0,0
            total,,,,4,2,1,1,10.000251,9.500259999999,-0.499991000001
            """
                .formatted(tenant));
    assertThat(ledger()).isEqualTo(before);
  }

  @Test
  void correctionsAreWrittenAndPublishedOnceHoweverOftenItRuns() throws Exception {
    List<UsageEvent> before = ledger();
    assertThat(reprice("--apply")).isZero();
    assertThat(err.toString(UTF_8)).contains("2 corrections written, 2 published");
    List<UsageEvent> after = ledger();
    assertThat(after).containsAll(before).hasSize(6);
    assertThat(after)
        .filteredOn(event -> event.correction() != null)
        .extracting(event -> event.eventId() + " " + event.costUSD().toPlainString())
        .containsExactly("dearer.c1 -0.500001", "unpriced.c1 0.000009999999");
    assertThat(published()).containsExactlyInAnyOrder("dearer.c1", "unpriced.c1");

    assertThat(reprice("--apply")).isZero();
    assertThat(err.toString(UTF_8)).contains("0 corrections written, 0 published");
    assertThat(ledger()).isEqualTo(after);
  }

  @Test
  void whatAKilledRunHadWrittenIsPublishedByTheNext() throws Exception {
    Reprices.apply(stores, dev.parley.pricing.PriceBook.parse(Books.SECOND));
    assertThat(stores.corrections().unpublished(10)).hasSize(2);
    assertThat(reprice("--apply")).isZero();
    assertThat(err.toString(UTF_8)).contains("0 corrections written, 2 published");
    assertThat(stores.corrections().unpublished(10)).isEmpty();
    assertThat(published()).containsExactlyInAnyOrder("dearer.c1", "unpriced.c1");
  }

  @Test
  void aBookThatTakesAnothersVersionIsRefused() throws Exception {
    stores.usage().recordPriceBook("book-2", Books.FIRST);
    assertThat(reprice("--apply")).isEqualTo(1);
    assertThat(ledger()).hasSize(4);
  }

  private List<String> published() {
    List<String> ids = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(kafka.consumer("test", tenant))) {
      consumer.subscribe(List.of(Topics.USAGE_EVENTS));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            consumer
                .poll(Duration.ofMillis(200))
                .forEach(record -> {
                  if (EventCodec.USAGE_EVENTS.decode(record.value(), null)
                          instanceof Decoded.Value<UsageEvent>(UsageEvent event)
                      && event.tenantId().value().equals(tenant)) {
                    ids.add(event.eventId());
                  }
                });
            return ids.size() >= 2;
          });
    }
    return ids;
  }
}
