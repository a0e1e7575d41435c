package dev.parley.ingest.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.reconciliation.PublishedUsage.Published;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.storage.UsageAudit.CellAudit;
import dev.parley.storage.UsageAudit.Counts;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageAudit.Measures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told when usage adds up, and when a row, a total or a count was tampered with. */
final class ReconciliationTest {

  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
  private static final String RANGE = "since=2026-03-04T12:00:00Z&until=2026-03-04T13:00:00Z";

  private final ApiServer server = ApiServer.start();
  private final List<UsageEvent> published = new ArrayList<>();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void hoursThatAddUpAreBalanced() {
    publish(event("a", "gpt-5", "0.1"), event("b", "gpt-5", "0.25"), event("c", "mini", null));
    stand(published, published, new Counts(7, 2, 3, 1, 1));

    JsonNode told = reconcile();

    assertThat(told.path("balanced").booleanValue()).isTrue();
    assertThat(told.path("traced").booleanValue()).isTrue();
    JsonNode hour = told.at("/hours/0");
    assertThat(hour.path("hour").asText()).isEqualTo("2026-03-04T12:00:00.000Z");
    assertThat(hour.path("tenantId").asText()).isEqualTo("acme");
    assertThat(hour.path("read").asLong()).isEqualTo(7);
    assertThat(hour.path("aggregated").asLong()).isEqualTo(2);
    assertThat(hour.path("duplicate").asLong()).isEqualTo(3);
    assertThat(hour.path("late").asLong()).isEqualTo(1);
    assertThat(hour.path("deadLettered").asLong()).isEqualTo(1);
    assertThat(hour.at("/totals/totalCostUSD").decimalValue()).isEqualByComparingTo("0.35");
    assertThat(hour.path("rows")).isEqualTo(hour.path("totals"));
    assertThat(hour.path("differences")).isEmpty();
  }

  @Test
  void aRowThatWasRemovedIsNamed() {
    publish(event("a", "gpt-5", "0.1"), event("b", "gpt-5", "0.2"));
    stand(published, published.subList(0, 1), added(2));
    assertThat(differences()).containsExactly("row_missing gpt-5 b");
  }

  @Test
  void aRowThatWasAddedIsNamed() {
    publish(event("a", "gpt-5", "0.1"));
    List<UsageEvent> rows = List.of(published.getFirst(), event("forged", "gpt-5", "0"));
    stand(published, rows, added(1));
    assertThat(differences()).containsExactly("row_not_published gpt-5 forged");
  }

  @Test
  void aRowThatWasAlteredIsNamed() {
    publish(event("a", "gpt-5", "0.1"), event("b", "gpt-5", "0.2"));
    stand(published, List.of(published.getFirst(), event("b", "gpt-5", "0.20001")), added(2));
    assertThat(differences()).containsExactly("row_altered gpt-5 b");
  }

  @Test
  void aRowThatWasMovedToAnotherModelIsNamedInBoth() {
    publish(event("a", "gpt-5", "0.1"), event("b", "gpt-5", "0.2"));
    stand(published, List.of(published.getFirst(), event("b", "mini", "0.2")), added(2));
    assertThat(differences()).containsExactly("row_altered gpt-5 b", "row_altered mini b");
  }

  @Test
  void aTotalThatWasAlteredIsNamedAndNoRowIs() {
    publish(event("a", "gpt-5", "0.1"), event("b", "mini", "0.2"));
    stand(List.of(published.getFirst(), event("b", "mini", "0.3")), published, added(2));
    assertThat(differences()).containsExactly("total_differs mini ");
  }

  @Test
  void aRowWhoseEventWasPutAsideIsNamed() {
    UsageEvent refused = event("bad", "gpt-5", "-1");
    publish(event("a", "gpt-5", "0.1"));
    server.published.events.add(new Published(refused, true));
    stand(published, List.of(published.getFirst(), refused), new Counts(2, 1, 0, 0, 1));
    assertThat(differences()).containsExactly("row_dead_lettered gpt-5 bad");
  }

  @Test
  void recordsOfWhichNothingBecameAreTold() {
    publish(event("a", "gpt-5", "0.1"));
    stand(published, published, new Counts(2, 1, 0, 0, 0));
    assertThat(differences()).containsExactly("records_lost  ");
    assertThat(reconcile().path("balanced").booleanValue()).isFalse();
  }

  @Test
  void countsThatAreNotThoseOfTheTotalsAreTold() {
    publish(event("a", "gpt-5", "0.1"));
    stand(published, published, added(2));
    assertThat(differences()).containsExactly("counts_differ  ");
  }

  @Test
  void whereTheEventsAreGoneTheCellIsStillNamed() {
    publish(event("a", "gpt-5", "0.1"), event("b", "gpt-5", "0.2"));
    stand(published, published.subList(0, 1), added(2));
    server.published.complete = false;
    assertThat(differences()).containsExactly("total_and_rows_differ gpt-5 ");
    assertThat(reconcile().path("traced").booleanValue()).isFalse();
  }

  @Test
  void aTenantAsksAboutItselfAndAnAdministratorAboutAll() {
    reconcile();
    assertThat(server.stores.auditedTenant).isEqualTo(ApiServer.TENANT);
    String admin = "Bearer " + server.adminKey;
    server.get("/usage/reconciliation?" + RANGE, "authorization", admin);
    assertThat(server.stores.auditedTenant).isNull();
    server.get("/usage/reconciliation?tenantId=other", "authorization", admin);
    assertThat(server.stores.auditedTenant).isEqualTo(ApiServer.OTHER);
    assertThat(server.get("/usage/reconciliation?tenantId=other").status()).isEqualTo(403);
  }

  @Test
  void rangesThatMakeNoSenseAreRefused() {
    for (String range :
        List.of(
            "since=yesterday",
            "since=2026-01-02&until=2026-01-01",
            "since=2026-01-01&until=2026-03-01",
            "until=0000-01-01",
            "since=1969-12-31")) {
      assertThat(server.get("/usage/reconciliation?" + range).status()).as(range).isEqualTo(400);
    }
    assertThat(server.get("/usage/reconciliation").status()).isEqualTo(200);
  }

  @Test
  void theCommandPrintsTheHoursAndItsExitCodeTellsTheOutcome() throws Exception {
    publish(event("a", "gpt-5", "0.1"), event("b", "gpt-5", "0.2"));
    stand(published, published, new Counts(3, 2, 1, 0, 0));
    assertThat(command("--since", "2026-03-04T12:00:00Z"))
        .startsWith("0 ")
        .contains("2026-03-04T12:00Z", "acme", "balanced")
        .doesNotContain("NOT");

    stand(published, published.subList(1, 2), new Counts(3, 2, 1, 0, 0));
    assertThat(command("--since", "2026-03-04T12:00:00Z", "--tenant", "acme"))
        .startsWith("1 ")
        .contains("row_missing  openai gpt-5  a", "NOT BALANCED");

    assertThat(command("--since", "soon")).startsWith("2 ").contains("usage: reconcile");
    assertThat(command("--tenant")).startsWith("2 ");
    assertThat(command("--tenant", "../x")).startsWith("2 ");
    server.stores.away = true;
    assertThat(command()).startsWith("3 ");
  }

  private String command(String... args) throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--wait", "0"));
    if (args.length == 1) {
      all = List.of(args);
    }
    int exit =
        new ReconcileCommand(
                server.stores,
                server.stores,
                server.published,
                Clock.fixed(NOON.plusSeconds(1800), ZoneOffset.UTC),
                print,
                print)
            .run(all);
    return exit + " " + bytes.toString(StandardCharsets.UTF_8);
  }

  private JsonNode reconcile() {
    return server.get("/usage/reconciliation?" + RANGE).json();
  }

  private List<String> differences() {
    List<String> told = new ArrayList<>();
    for (JsonNode difference : reconcile().at("/hours/0/differences")) {
      told.add(
          difference.path("kind").asText()
              + " "
              + difference.path("model").asText()
              + " "
              + difference.path("eventId").asText());
    }
    return told;
  }

  private static Counts added(long events) {
    return new Counts(events, events, 0, 0, 0);
  }

  private void publish(UsageEvent... events) {
    for (UsageEvent event : events) {
      published.add(event);
      server.published.events.add(new Published(event, false));
      server.published.events.add(new Published(event, false));
    }
  }

  /** Lets totals be the sums of these events, and the ledger hold these rows. */
  private void stand(List<UsageEvent> totals, List<UsageEvent> rows, Counts counts) {
    server.stores.rows = List.copyOf(rows);
    List<CellAudit> differing = new ArrayList<>();
    for (String model : List.of("gpt-5", "mini")) {
      Measures total = sum(totals, model);
      Measures ofRows = sum(rows, model);
      if (!total.isSameAs(ofRows)) {
        differing.add(
            new CellAudit(new Cell(ApiServer.TENANT, NOON, "openai", model), total, ofRows));
      }
    }
    server.stores.audits =
        List.of(
            new HourAudit(
                ApiServer.TENANT, NOON, counts, sum(totals, ""), sum(rows, ""), differing));
  }

  private static Measures sum(List<UsageEvent> events, String model) {
    return events.stream()
        .filter(event -> event.model().contains(model))
        .map(Measures::of)
        .reduce(Measures.NONE, Measures::plus);
  }

  private static UsageEvent event(String id, String model, String cost) {
    return new UsageEvent(
        id,
        null,
        new JobId("job_1"),
        new SessionId("s"),
        new TenantId("acme"),
        null,
        "openai",
        model,
        FinishReason.STOP,
        5,
        NOON.plusSeconds(60),
        "default",
        null,
        10,
        20,
        3,
        3,
        2,
        1,
        cost == null ? null : new BigDecimal(cost),
        "book-1",
        false);
  }
}
