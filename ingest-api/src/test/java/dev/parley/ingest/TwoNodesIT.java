package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import dev.parley.storage.config.Stores;
import dev.parley.storage.live.LiveEvent;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes of the API over one Kafka, PostgreSQL and Redis: it does not matter whom one asks. */
@UsesInfrastructure
final class TwoNodesIT {

  private static final TenantId TENANT = new TenantId("acme");

  private final TestInfrastructure infrastructure;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Node> nodes = new ArrayList<>();
  private KafkaSettings kafka;
  private String key;

  /** A node with connections of its own. */
  private record Node(Stores stores, IngestService service) {}

  TwoNodesIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  @BeforeEach
  void start() throws InterruptedException {
    kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    Map<String, String> variables =
        Map.of(
            "DATABASE_URL", infrastructure.freshDatabase(),
            "REDIS_URL", infrastructure.redisUrl(),
            "HTTP_PORT", "0",
            "HTTP_HOST", "127.0.0.1",
            "STOP_TIMEOUT", "0s");
    for (int i = 0; i < 2; i++) {
      nodes.add(start(variables));
    }
    key =
        new ApiKeys(nodes.getFirst().stores().apiKeys(), Clock.systemUTC())
            .mint(TENANT, Role.TENANT, null)
            .key();
  }

  private Node start(Map<String, String> variables) throws InterruptedException {
    Env env = new Env(variables);
    IngestConfig config = IngestConfig.from(env);
    Stores stores = Main.stores(variables, env, Clock.systemUTC());
    stores.start();
    IngestService service =
        new IngestService(
            config,
            IngestPorts.of(stores),
            kafka,
            new TopicSetup(4, 1),
            List.of(),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            Clock.systemUTC());
    service.start();
    return new Node(stores, service);
  }

  @AfterEach
  void stop() {
    for (Node node : nodes) {
      node.service().close();
      node.stores().close();
    }
    client.close();
  }

  @Test
  void aKeySentToBothAtOnceIsOneJobAndOneRecord() throws Exception {
    String session = infrastructure.uniqueName("keyed");
    call(0, "/sessions", "{\"sessionId\":\"" + session + "\"}");
    String path = "/sessions/" + session + "/message";
    List<Callable<Reply>> calls = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      int node = i % 2;
      calls.add(() -> call(node, path, "{\"content\":\"x\"}", "idempotency-key", "k"));
    }
    Set<String> jobs = new HashSet<>();
    int first = 0;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var answer : executor.invokeAll(calls)) {
        Reply reply = answer.get();
        assertThat(reply.status()).as(reply.body()).isEqualTo(202);
        jobs.add(reply.at("/job/id"));
        first += reply.header("idempotent-replayed").isEmpty() ? 1 : 0;
      }
    }
    assertThat(jobs).hasSize(1);
    assertThat(first).isEqualTo(1);
    assertThat(call(1, path, "{\"content\":\"y\"}", "idempotency-key", "k").status())
        .isEqualTo(422);
    assertThat(records(jobs.iterator().next())).isEqualTo(1);
  }

  @Test
  void whoLosesOneNodeGoesOnListeningAtTheOther() throws Exception {
    call(0, "/sessions", "{\"sessionId\":\"s\"}");
    JobId job = new JobId(call(0, "/sessions/s/message", "{\"content\":\"x\"}").at("/job/id"));
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    // As a worker does, over connections that neither node has.
    append(job, 1, "session.message.started", nothing);
    append(job, 2, "response.started", nothing);
    append(job, 3, "response.text.delta", delta("one "));
    String lastId;
    try (Listening listening = listen(0, job, null)) {
      assertThat(listening.next()).isEqualTo("session.message.started");
      assertThat(listening.next()).isEqualTo("response.started");
      assertThat(listening.next()).isEqualTo("response.text.delta");
      append(job, 4, "response.tool_call.start", nothing);
      assertThat(listening.next()).isEqualTo("response.tool_call.start");
      lastId = listening.lastId;
    }
    append(job, 5, "response.tool_call.arguments", nothing);
    try (Listening listening = listen(1, job, lastId)) {
      assertThat(listening.next()).isEqualTo("response.tool_call.arguments");
      append(job, 6, "response.text.delta", delta("two"));
      assertThat(listening.next()).isEqualTo("response.text.delta");
      assertThat(listening.lastData).contains("two").contains(job.value());
      call(0, "/jobs/" + job.value() + "/cancel", "");
      assertThat(listening.next()).isEqualTo("response.cancelled");
      assertThat(listening.next()).as("nothing after the end").isEmpty();
    }
    try (Listening late = listen(1, job, null)) {
      List<String> all = new ArrayList<>();
      for (String type = late.next(); !type.isEmpty(); type = late.next()) {
        all.add(type);
      }
      assertThat(all)
          .containsExactly(
              "session.message.started",
              "response.started",
              "response.text.delta",
              "response.tool_call.start",
              "response.tool_call.arguments",
              "response.text.delta",
              "response.cancelled");
    }
  }

  @Test
  void aSessionThatOneNodesMessageIsGoingToMakeIsKnownToTheOther() throws Exception {
    String path = "/sessions/" + infrastructure.uniqueName("coming") + "/message";
    assertThat(call(1, path, "{\"content\":\"x\"}").status()).isEqualTo(404);
    // Until Redis is connected to, which nobody waits for, a node knows of its own messages alone.
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          String coming = "/sessions/" + infrastructure.uniqueName("first") + "/message";
          first(coming);
          assertThat(call(1, coming, "{\"content\":\"y\"}").status()).isEqualTo(202);
        });
    for (int i = 0; i < 50; i++) {
      String coming = "/sessions/" + infrastructure.uniqueName("soon") + "/message";
      first(coming);
      Reply second = call(1, coming, "{\"content\":\"y\"}");
      assertThat(second.status()).as(second.body()).isEqualTo(202);
    }
    String deleted = infrastructure.uniqueName("deleted");
    first("/sessions/" + deleted + "/message");
    assertThat(call(1, "/sessions", "{\"sessionId\":\"" + deleted + "\"}").status()).isEqualTo(201);
    assertThat(status(0, "DELETE", "/sessions/" + deleted, "Bearer " + key)).isEqualTo(200);
    assertThat(call(0, "/sessions/" + deleted + "/message", "{\"content\":\"z\"}").status())
        .isEqualTo(404);

    String unborn = "/sessions/" + infrastructure.uniqueName("unborn");
    first(unborn + "/message");
    assertThat(status(1, "DELETE", unborn, "Bearer " + key)).isEqualTo(200);
    assertThat(status(1, "DELETE", unborn, "Bearer " + key)).isEqualTo(404);
    assertThat(status(0, "DELETE", unborn, "Bearer " + key)).isEqualTo(404);
    assertThat(call(1, unborn + "/message", "{\"content\":\"z\"}").status()).isEqualTo(404);
  }

  private void first(String path) throws Exception {
    Reply first = call(0, path, "{\"content\":\"x\",\"createSession\":true}");
    assertThat(first.status()).as(first.body()).isEqualTo(202);
  }

  private static ObjectNode delta(String text) {
    return JsonNodeFactory.instance.objectNode().put("delta", text);
  }

  @Test
  void aKeyThatOneNodeRevokedStopsWorkingAtTheOther() throws Exception {
    ApiKeys keys = new ApiKeys(nodes.getFirst().stores().apiKeys(), Clock.systemUTC());
    String admin = "Bearer " + keys.mint(TENANT, Role.ADMIN, null).key();
    ApiKeys.Minted doomed = keys.mint(TENANT, Role.TENANT, null);
    String bearer = "Bearer " + doomed.key();
    assertThat(status(1, "GET", "/sessions", bearer)).isEqualTo(200);
    assertThat(status(0, "DELETE", "/admin/keys/" + doomed.stored().id(), admin)).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(status(1, "GET", "/sessions", bearer)).isEqualTo(401));
  }

  private int status(int node, String method, String path, String authorization) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(node, path))
            .timeout(Duration.ofSeconds(60))
            .header("authorization", authorization)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private void append(JobId job, int number, String type, ObjectNode data) {
    LiveEvent event = new LiveEvent(LiveEvent.sequence(1, number), type, Instant.now(), data);
    nodes.getFirst().stores().live().append(job, List.of(event));
  }

  private Listening listen(int node, JobId job, String lastEventId) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(node, "/jobs/" + job.value() + "/events"))
            .timeout(Duration.ofSeconds(60))
            .header("authorization", "Bearer " + key);
    if (lastEventId != null) {
      request.header("last-event-id", lastEventId);
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new Listening(response.body());
  }

  /** A stream of events, read one by one. */
  private static final class Listening implements AutoCloseable {
    private final BufferedReader lines;
    private String lastId = "";
    private String lastData = "";

    private Listening(InputStream in) {
      lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next event's type; empty at the end. */
    private String next() throws IOException {
      String type = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id: ")) {
          lastId = line.substring(4);
        } else if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          lastData = line.substring(6);
        } else if (line.isEmpty() && !type.isEmpty()) {
          return type;
        }
      }
      return "";
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  /** How many records of the job the log holds up to now. */
  private int records(String jobId) {
    Properties settings = kafka.consumer("test", infrastructure.uniqueName("two-nodes"));
    int found = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.SUBMISSIONS).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          Header id = record.headers().lastHeader(Headers.JOB_ID);
          found +=
              id != null && new String(id.value(), StandardCharsets.UTF_8).equals(jobId) ? 1 : 0;
        }
      }
    }
    return found;
  }

  private URI uri(int node, String path) {
    return URI.create("http://127.0.0.1:" + nodes.get(node).service().port() + path);
  }

  private Reply call(int node, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(node, path))
            .timeout(Duration.ofSeconds(60))
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return new Reply(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
  }
}
