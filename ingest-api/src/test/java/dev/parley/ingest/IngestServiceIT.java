package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ingest.auth.ApiKeys;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.Submission;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import dev.parley.storage.config.Stores;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@UsesInfrastructure
final class IngestServiceIT {

  private static final TenantId TENANT = new TenantId("acme");

  private final TestInfrastructure infrastructure;
  private final HttpClient client = HttpClient.newHttpClient();
  private Stores stores;
  private IngestService service;
  private KafkaSettings kafka;
  private String key;

  IngestServiceIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  @BeforeEach
  void start() throws InterruptedException {
    kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    Map<String, String> variables =
        Map.of(
            "DATABASE_URL", infrastructure.freshDatabase(),
            "HTTP_PORT", "0",
            "HTTP_HOST", "127.0.0.1",
            "STOP_TIMEOUT", "0s");
    Env env = new Env(variables);
    IngestConfig config = IngestConfig.from(env);
    stores = Main.stores(variables, env, Clock.systemUTC());
    stores.start();
    key = new ApiKeys(stores.apiKeys(), Clock.systemUTC()).mint(TENANT, Role.TENANT, null).key();
    service =
        new IngestService(
            config,
            IngestPorts.of(stores),
            kafka,
            new TopicSetup(4, 1),
            List.of(),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            Clock.systemUTC());
    service.start();
  }

  @AfterEach
  void stop() {
    service.close();
    stores.close();
    client.close();
  }

  @Test
  void anAcceptedMessageStandsInTheLogWithAllThatAWorkerNeeds() throws Exception {
    assertThat(call("POST", "/sessions", "{\"sessionId\":\"s1\"}").status()).isEqualTo(201);
    Reply accepted = call("POST", "/sessions/s1/message", "{\"content\":\"h\\u0000i\"}");
    assertThat(accepted.status()).isEqualTo(202);
    ConsumerRecord<byte[], byte[]> record = find(accepted.at("/job/id"));
    assertThat(record.key()).isEqualTo("acme/s1".getBytes(StandardCharsets.UTF_8));
    assertThat(record.headers().lastHeader(Headers.TRACEPARENT)).isNotNull();
    Decoded<Submission> decoded =
        EventCodec.SUBMISSIONS.decode(
            record.value(), record.headers().lastHeader(Headers.SCHEMA_VERSION).value());
    assertThat(decoded)
        .isInstanceOfSatisfying(
            Decoded.Value.class,
            value ->
                assertThat(((Submission.MessageSubmitted) value.value()).content().text())
                    .isEqualTo("h\u0000i"));
    assertThat(call("GET", "/jobs/" + accepted.at("/job/id"), "").at("/job/status"))
        .isEqualTo("queued");
    assertThat(call("GET", "/health/ready", "").status()).isEqualTo(200);
    assertThat(call("GET", "/usage", "").at("/requestCount")).isEqualTo("0");
  }

  @Test
  void whoWaitsIsWokenByTheOutcome() throws Exception {
    call("POST", "/sessions", "{\"sessionId\":\"s1\"}");
    String id = call("POST", "/sessions/s1/message", "{\"content\":\"x\"}").at("/job/id");
    JobId job = new JobId(id);
    Thread worker =
        Thread.startVirtualThread(() -> {
          Instant now = Instant.now();
          stores.jobs().cancel(TENANT, job, now, now);
          publish(
              new JobOutcome.Cancelled(
                  new JobOutcome.Ended(job, TENANT, new SessionId("s1"), 0, null, now)));
        });
    Reply waited = call("GET", "/jobs/" + id, "", "prefer", "wait=30");
    worker.join();
    assertThat(waited.at("/job/status")).isEqualTo("cancelled");
    assertThat(call("GET", "/jobs/" + id + "/events", "").body()).contains("response.cancelled");
  }

  @Test
  void withoutKafkaEveryLineOfABulkRequestIsRefusedInTimeAndNothingWaits() throws Exception {
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> variables =
          Map.of("HTTP_PORT", "0", "HTTP_HOST", "127.0.0.1", "STOP_TIMEOUT", "0s");
      IngestService alone =
          new IngestService(
              IngestConfig.from(new Env(variables)),
              IngestPorts.of(stores),
              KafkaSettings.of("127.0.0.1:" + nobody.getLocalPort()),
              new TopicSetup(4, 1),
              List.of(),
              new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
              Clock.systemUTC());
      Thread starting = Thread.ofVirtual().start(() -> startQuietly(alone));
      try {
        await().until(() -> alone.port() > 0);
        String line = "{\"sessionId\":\"s1\",\"createSession\":true,\"content\":\"x\"}\n";
        long begin = System.nanoTime();
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + alone.port() + "/messages"))
                    .timeout(Duration.ofSeconds(60))
                    .header("authorization", "Bearer " + key)
                    .header("content-type", "application/x-ndjson")
                    .POST(HttpRequest.BodyPublishers.ofString(line.repeat(1_000)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().lines())
            .hasSize(1_000)
            .allSatisfy(
                each -> assertThat(each).contains("\"status\":503").contains("\"unavailable\""));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
      } finally {
        starting.interrupt();
        starting.join();
        alone.close();
      }
    }
  }

  private static void startQuietly(IngestService service) {
    try {
      service.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(JobOutcome outcome) {
    Properties settings = kafka.producer("test");
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              Topics.OUTCOMES,
              "acme/s1".getBytes(StandardCharsets.UTF_8),
              EventCodec.OUTCOMES.encode(outcome));
      record.headers().add(Headers.SCHEMA_VERSION, EventCodec.OUTCOMES.versionHeader());
      var _ = producer.send(record);
      producer.flush();
    }
  }

  private ConsumerRecord<byte[], byte[]> find(String jobId) {
    Properties settings = kafka.consumer("test", infrastructure.uniqueName("ingest-it"));
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(List.of(Topics.SUBMISSIONS));
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          Header id = record.headers().lastHeader(Headers.JOB_ID);
          if (id != null && new String(id.value(), StandardCharsets.UTF_8).equals(jobId)) {
            return record;
          }
        }
      }
      throw new AssertionError("the submission is not in the log");
    }
  }

  private Reply call(String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
            .timeout(Duration.ofSeconds(60))
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return new Reply(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
  }
}
