package dev.parley.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedInfrastructureIT {

  @Test
  void aPortThatSomebodyElseTakesBeforeItsServiceHasItIsChosenAnew() throws Exception {
    var lost = new ArrayList<ServerSocket>();
    var infrastructure =
        new EmbeddedInfrastructure(
            InfrastructureSettings.throwaway(),
            part -> {
              if (part.name().equals("Redis") && lost.isEmpty()) {
                part.stop();
                lost.add(taken(part.port()));
              }
            });
    try (infrastructure) {
      infrastructure.start();

      assertThat(infrastructure.check()).isEmpty();
      assertThat(infrastructure.redis().port()).isNotEqualTo(lost.getFirst().getLocalPort());
    } finally {
      for (ServerSocket socket : lost) {
        socket.close();
      }
    }
  }

  @Test
  void aPortThatSomebodyElseHadForAMomentIsChosenAnew() throws Exception {
    var holders = new ArrayList<Thread>();
    var infrastructure =
        new EmbeddedInfrastructure(
            InfrastructureSettings.throwaway(),
            part -> {
              if (part.name().equals("Redis") && holders.isEmpty()) {
                part.stop();
                ServerSocket socket = taken(part.port());
                // Redis gives up at once, Kafka takes longer to start.
                holders.add(Thread.ofVirtual().start(() -> closeAfter(500, socket)));
              }
            });
    try (infrastructure) {
      infrastructure.start();
      assertThat(infrastructure.check()).isEmpty();
      assertThat(holders).hasSize(1);
    }
  }

  private static void closeAfter(long millis, ServerSocket socket) {
    try (socket) {
      Thread.sleep(millis);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ServerSocket taken(int port) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.bind(Loopback.address(port));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void allThreeWorkAndEachKeepsItsDataWhenItIsTakenAway() throws Exception {
    try (var infrastructure = new EmbeddedInfrastructure(InfrastructureSettings.throwaway())) {
      infrastructure.start();
      assertThat(infrastructure.check()).isEmpty();

      String kafka = infrastructure.kafkaBootstrapServers();
      createTopic(kafka, "letters");
      produce(kafka, "letters", "one");
      assertThat(consume(kafka, "letters", "group-1", 1)).containsExactly("one");
      sql(
          infrastructure.databaseUrl(),
          "CREATE TABLE notes (body text)",
          "INSERT INTO notes VALUES ('kept ü')");
      assertThat(redis(infrastructure, "SET key kept")).isEqualTo("+OK");

      infrastructure.kafka().stop();
      assertThat(infrastructure.check())
          .singleElement()
          .asString()
          .startsWith("Kafka does not answer on port");
      infrastructure.kafka().start();
      produce(kafka, "letters", "two");
      assertThat(consume(kafka, "letters", "group-2", 2)).containsExactly("one", "two");

      infrastructure.postgres().stop();
      assertThat(infrastructure.check())
          .singleElement()
          .asString()
          .startsWith("PostgreSQL does not answer");
      infrastructure.postgres().start();
      assertThat(notes(infrastructure.databaseUrl())).containsExactly("kept ü");

      infrastructure.redis().stop();
      assertThat(infrastructure.check())
          .singleElement()
          .asString()
          .startsWith("Redis does not answer");
      infrastructure.redis().start();
      assertThat(redis(infrastructure, "PING")).isEqualTo("+PONG");
      assertThat(infrastructure.check()).isEmpty();
    }
  }

  @Test
  void aKeptDirectoryServesTheNextStart(@TempDir Path directory) throws Exception {
    try (var first = new EmbeddedInfrastructure(InfrastructureSettings.keptIn(directory))) {
      first.start();
      createTopic(first.kafkaBootstrapServers(), "letters");
      produce(first.kafkaBootstrapServers(), "letters", "one");
      sql(
          first.databaseUrl(),
          "CREATE TABLE notes (body text)",
          "INSERT INTO notes VALUES ('kept')");
      assertThat(redis(first, "SET key kept")).isEqualTo("+OK");
      first.redis().stop();
      first.redis().start();
      assertThat(redis(first, "GET key")).isEqualTo("kept");
    }
    try (var second = new EmbeddedInfrastructure(InfrastructureSettings.keptIn(directory))) {
      second.start();
      assertThat(consume(second.kafkaBootstrapServers(), "letters", "group", 1))
          .containsExactly("one");
      assertThat(notes(second.databaseUrl())).containsExactly("kept");
      assertThat(redis(second, "GET key")).isEqualTo("kept");
      assertThat(value(second.databaseUrl(), "SHOW fsync")).isEqualTo("on");
    }
  }

  @Test
  void theDatabaseUserIsBoundByRowLevelSecurityAndMayCreateDatabases() throws Exception {
    try (var infrastructure = new EmbeddedInfrastructure(InfrastructureSettings.throwaway())) {
      infrastructure.start();
      String url = infrastructure.databaseUrl();
      assertThat(value(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
          .isEqualTo("f");
      assertThat(value(url, "SHOW server_version")).startsWith("18.");
      sql(url, "CREATE DATABASE another");
    }
  }

  @Test
  void closingLeavesNoProcessNoThreadAndNoFile() {
    Set<Thread> threadsBefore = threads();
    Set<Long> processesBefore = children();
    var infrastructure = new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
    infrastructure.start();
    assertThat(children()).hasSizeGreaterThan(processesBefore.size());

    Path directory = infrastructure.directory();
    assertThat(directory).isDirectory();

    infrastructure.close();
    infrastructure.close();

    awaitUntil(() -> processesBefore.containsAll(children()));
    awaitUntil(() -> threadsBefore.containsAll(threads()));
    assertThat(directory).doesNotExist();
  }

  @Test
  void aTakenPortIsNamedTogetherWithTheOptionThatChangesIt() {
    try (ReservedPort taken = ReservedPort.reserve("the test", 0, "--any")) {
      var settings = new InfrastructureSettings(null, 0, 0, taken.number(), true);
      assertThatThrownBy(() -> new EmbeddedInfrastructure(settings).start())
          .isInstanceOf(InfrastructureException.class)
          .hasMessageContaining("port " + taken.number() + " for Redis is taken")
          .hasMessageContaining("--redis-port");
    }
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    assertThatThrownBy(
            () -> new EmbeddedInfrastructure(InfrastructureSettings.keptIn(file)).start())
        .isInstanceOf(InfrastructureException.class)
        .hasMessageContaining("cannot write to the data directory " + file)
        .hasMessageContaining("--data-dir");
  }

  @Test
  void twoRunsDoNotShareADirectory(@TempDir Path directory) {
    try (var first = new EmbeddedInfrastructure(InfrastructureSettings.keptIn(directory))) {
      first.start();
      var second = new EmbeddedInfrastructure(InfrastructureSettings.keptIn(directory));
      assertThatThrownBy(second::start)
          .isInstanceOf(InfrastructureException.class)
          .hasMessageContaining(directory + " is in use by another run");
      assertThat(first.check()).isEmpty();
    }
  }

  private static void createTopic(String servers, String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
  }

  private static void produce(String servers, String topic, String value) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", servers, "acks", "all");
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, value)).get();
    }
  }

  private static List<String> consume(String servers, String topic, String group, int count) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            servers,
            "group.id",
            group,
            "group.protocol",
            "consumer",
            "auto.offset.reset",
            "earliest");
    var values = new ArrayList<String>();
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> consumed : consumer.poll(Duration.ofMillis(200))) {
          values.add(consumed.value());
        }
      }
    }
    return values;
  }

  private static void sql(String url, String... statements) throws SQLException {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static List<String> notes(String url) throws SQLException {
    return List.of(value(url, "SELECT body FROM notes"));
  }

  private static String value(String url, String query) throws SQLException {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static Connection connect(String url) throws SQLException {
    URI uri = URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s".formatted(uri.getHost(), uri.getPort(), uri.getPath()),
        login[0],
        login[1]);
  }

  private static String redis(Infrastructure infrastructure, String command) throws IOException {
    URI uri = URI.create(infrastructure.redisUrl());
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String line = reader.readLine();
      return line.startsWith("$") ? reader.readLine() : line;
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.isDaemon() || thread.getName().contains("kafka"))
        .collect(Collectors.toSet());
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private static void awaitUntil(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
