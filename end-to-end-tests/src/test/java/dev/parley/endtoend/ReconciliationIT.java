package dev.parley.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.endtoend.rig.Until;
import dev.parley.infra.DatabaseUrl;
import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Usage adds up after all that may happen, and what was tampered with is named. */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class ReconciliationIT {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int MESSAGES = 12;

  private Services services;
  private Pipeline pipeline;
  private ApiClient client;
  private Instant since;

  @BeforeAll
  void start(TestInfrastructure infrastructure) throws Exception {
    services =
        new Services(
            infrastructure.kafkaBootstrapServers(),
            infrastructure.freshDatabase(),
            infrastructure.redisUrl());
    pipeline = Pipeline.start(services, Stage.DIRECTORY);
    pipeline.workerHere();
    client = pipeline.client("audited");
    since = Instant.now().minus(Duration.ofDays(2)).truncatedTo(ChronoUnit.HOURS);
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  @Test
  void usage_adds_up_and_what_was_tampered_with_is_named() throws Exception {
    usageOfAllKinds();
    Until.isTrue(
        LIMIT, "all is balanced", () -> reconcile().path("balanced").booleanValue() && read() > 14);
    assertThat(sum("aggregated")).isEqualTo(MESSAGES);
    assertThat(sum("late")).isEqualTo(1);
    assertThat(sum("duplicate")).isPositive();
    assertThat(sum("deadLettered")).isEqualTo(1);
    assertThat(command()).startsWith("0 ");

    String id = value("select min(event_id) from usage_events where event_id <> 'late.1.1'");
    sql("create table kept as select * from usage_events where event_id = '" + id + "'");
    sql("delete from usage_events where event_id = '" + id + "'");
    assertThat(differences()).containsExactly("row_missing " + id);
    assertThat(command()).startsWith("1 ").contains("row_missing", id);

    sql("insert into usage_events select * from kept");
    assertThat(differences()).isEmpty();

    sql("update usage_events set cost_usd = cost_usd + 1e-20 where event_id = '" + id + "'");
    assertThat(differences()).containsExactly("row_altered " + id);

    sql("update usage_events set cost_usd = cost_usd - 1e-20 where event_id = '" + id + "'");
    sql("update kept set event_id = 'forged.1.1'");
    sql("insert into usage_events select * from kept");
    assertThat(differences()).containsExactly("row_not_published forged.1.1");

    sql("delete from usage_events where event_id = 'forged.1.1'");
    assertThat(reconcile().path("balanced").booleanValue()).isTrue();
    sql("update usage_totals set input_tokens = input_tokens + 1 where request_count > 1");
    assertThat(differences()).containsExactly("total_differs ");
  }

  /** Messages, copies of their events, one event that comes late, and a record that is none. */
  private void usageOfAllKinds() throws Exception {
    List<JobId> jobs = new ArrayList<>();
    client.post("/sessions", Map.of("sessionId", "s0"));
    client.post("/sessions", Map.of("sessionId", "s1"));
    for (int i = 0; i < MESSAGES; i++) {
      JsonNode job = client.message("s" + i % 2, "Message " + i).json().path("job");
      jobs.add(new JobId(job.path("id").asText()));
    }
    Until.isTrue(LIMIT, "all have ended", () -> pipeline.ended(client) == MESSAGES);
    pipeline.submitAgain(jobs.getFirst());
    pipeline.submitAgain(jobs.getLast());
    UsageEvent late = late();
    try (Stores stores =
            new Stores(
                StoreConfig.fromEnv(
                    Map.of("DATABASE_URL", services.databaseUrl()), Scope.SERVICE, 1),
                null,
                Clock.systemUTC());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                KafkaSettings.of(services.kafkaBootstrapServers()).producer("test"))) {
      stores.start();
      stores.turns().commit(List.of(new TurnEnd(ended(late), 1, 0, List.of(), List.of(late))));
      producer.send(record(EventCodec.USAGE_EVENTS.encode(late))).get();
      producer.send(record("{".getBytes(UTF_8))).get();
    }
  }

  private ProducerRecord<byte[], byte[]> record(byte[] value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(Topics.USAGE_EVENTS, client.tenant().getBytes(UTF_8), value);
    record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_EVENTS.versionHeader());
    return record;
  }

  private UsageEvent late() {
    return new UsageEvent(
        "late.1.1",
        null,
        new JobId("late"),
        new SessionId("s0"),
        new TenantId(client.tenant()),
        null,
        "openai",
        "sim-small",
        FinishReason.STOP,
        5,
        Instant.now().minus(Duration.ofHours(30)).truncatedTo(ChronoUnit.MILLIS),
        "default",
        null,
        10,
        20,
        0,
        0,
        0,
        0,
        new BigDecimal("0.123456789"),
        "book-1",
        false);
  }

  private static JobOutcome ended(UsageEvent event) {
    return new JobOutcome.Cancelled(
        new JobOutcome.Ended(
            event.jobId(),
            event.tenantId(),
            event.sessionId(),
            1,
            event.timestamp(),
            event.timestamp()));
  }

  private JsonNode reconcile() throws Exception {
    return client.get("/usage/reconciliation?since=" + since).json();
  }

  private long read() throws Exception {
    return sum("read");
  }

  private long sum(String count) throws Exception {
    long sum = 0;
    for (JsonNode hour : reconcile().path("hours")) {
      sum += hour.path(count).asLong();
    }
    return sum;
  }

  private List<String> differences() throws Exception {
    List<String> told = new ArrayList<>();
    for (JsonNode hour : reconcile().path("hours")) {
      for (JsonNode difference : hour.path("differences")) {
        told.add(difference.path("kind").asText() + " " + difference.path("eventId").asText());
      }
    }
    return told;
  }

  /** What {@code ./parley reconcile} prints, behind its exit code. */
  private String command() throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    String[] args = {
      "reconcile", "--since", since.toString(), "--tenant", client.tenant(), "--wait", "1"
    };
    Map<String, String> environment =
        Map.of(
            "DATABASE_URL", services.databaseUrl(),
            "KAFKA_BOOTSTRAP_SERVERS", services.kafkaBootstrapServers());
    int exit = dev.parley.ingest.Main.run(args, environment, out, out);
    return exit + " " + bytes.toString(UTF_8);
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = DatabaseUrl.parse(services.databaseUrl()).connect();
        Statement sql = connection.createStatement()) {
      sql.execute("set parley.scope = 'service'");
      sql.execute(statement);
    }
  }

  private String value(String query) throws SQLException {
    try (Connection connection = DatabaseUrl.parse(services.databaseUrl()).connect();
        Statement sql = connection.createStatement()) {
      sql.execute("set parley.scope = 'service'");
      try (ResultSet rows = sql.executeQuery(query)) {
        rows.next();
        return rows.getString(1);
      }
    }
  }
}
