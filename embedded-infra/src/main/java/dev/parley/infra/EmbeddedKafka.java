package dev.parley.infra;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker and its controller in this JVM.
 *
 * <p>The controller gets another free port at every start; only the broker itself ever talks to it.
 */
final class EmbeddedKafka implements InfrastructurePart {

  private static final String OPTION = "--kafka-port";

  private final Path directory;
  private final int port;
  private @Nullable ReservedPort reserved;
  private @Nullable KafkaRaftServer server;

  EmbeddedKafka(Path directory, ReservedPort reserved) {
    this.directory = directory;
    this.reserved = reserved;
    this.port = reserved.number();
  }

  @Override
  public String name() {
    return "Kafka";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public synchronized void start() {
    if (server != null) {
      return;
    }
    ReservedPort broker = reserved == null ? ReservedPort.reserve(name(), port, OPTION) : reserved;
    reserved = null;
    KafkaRaftServer starting = null;
    try (broker;
        ReservedPort controller = ReservedPort.reserve(name(), 0, OPTION)) {
      format();
      Properties settings = KafkaSettings.singleNode(directory, port, controller.number());
      controller.release();
      broker.release();
      starting = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
      starting.startup();
      server = starting;
    } catch (Exception e) {
      if (starting != null) {
        starting.shutdown();
      }
      throw new InfrastructureException(
          "Kafka does not start in %s: %s".formatted(directory, rootCause(e)), e);
    }
  }

  @Override
  public synchronized void stop() {
    if (reserved != null) {
      reserved.close();
      reserved = null;
    }
    if (server != null) {
      server.shutdown();
      server.awaitShutdown();
      server = null;
    }
  }

  @Override
  public @Nullable String problem() {
    try {
      Loopback.connect(Loopback.HOST, port).close();
      return null;
    } catch (IOException e) {
      return "Kafka does not answer on port %d: %s".formatted(port, e.getMessage());
    }
  }

  private void format() throws Exception {
    if (Files.exists(directory.resolve("meta.properties"))) {
      return;
    }
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(KafkaSettings.NODE_ID)
        .setControllerListenerName(KafkaSettings.CONTROLLER_LISTENER)
        .setMetadataLogDirectory(directory.toString())
        .addDirectory(directory.toString())
        .run();
  }

  private static String rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
