package dev.parley.infra;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * Broker settings for one node that starts in a moment; everything not named here is as Kafka ships
 * it.
 */
final class KafkaSettings {

  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  private static final String BROKER_LISTENER = "BROKER";

  private KafkaSettings() {}

  static Properties singleNode(Path directory, int brokerPort, int controllerPort) {
    var settings = new Properties();
    settings.putAll(node(directory, brokerPort, controllerPort));
    settings.putAll(INTERNAL_TOPICS);
    settings.putAll(GROUPS);
    settings.putAll(SMALL);
    return settings;
  }

  private static Map<String, String> node(Path directory, int brokerPort, int controllerPort) {
    return Map.of(
        "process.roles", "broker,controller",
        "node.id", Integer.toString(NODE_ID),
        "listeners",
            "%s://127.0.0.1:%d,%s://127.0.0.1:%d"
                .formatted(BROKER_LISTENER, brokerPort, CONTROLLER_LISTENER, controllerPort),
        "advertised.listeners", "%s://127.0.0.1:%d".formatted(BROKER_LISTENER, brokerPort),
        "listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name", BROKER_LISTENER,
        "controller.listener.names", CONTROLLER_LISTENER,
        "controller.quorum.voters", "%d@127.0.0.1:%d".formatted(NODE_ID, controllerPort),
        "log.dirs", directory.toString());
  }

  private static final Map<String, String> INTERNAL_TOPICS =
      Map.ofEntries(
          Map.entry("default.replication.factor", "1"),
          Map.entry("auto.create.topics.enable", "false"),
          Map.entry("offsets.topic.num.partitions", "4"),
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("transaction.state.log.num.partitions", "4"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.num.partitions", "1"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"));

  /** On one machine a dead member is noticed after seconds; the defaults are made for networks. */
  private static final Map<String, String> GROUPS =
      Map.of(
          "group.initial.rebalance.delay.ms", "0",
          "group.consumer.min.heartbeat.interval.ms", "500",
          "group.consumer.heartbeat.interval.ms", "1000",
          "group.consumer.min.session.timeout.ms", "6000",
          "group.consumer.session.timeout.ms", "10000",
          "group.streams.min.heartbeat.interval.ms", "500",
          "group.streams.heartbeat.interval.ms", "1000",
          "group.streams.min.session.timeout.ms", "6000",
          "group.streams.session.timeout.ms", "10000");

  private static final Map<String, String> SMALL =
      Map.of(
          "broker.heartbeat.interval.ms", "500",
          // Long enough that a machine with too much to do does not make the only broker look dead
          // to itself, short enough that one that was killed is let in again soon.
          "broker.session.timeout.ms", "12000",
          "log.cleaner.dedupe.buffer.size", "4194304",
          "num.network.threads", "2",
          "num.io.threads", "4",
          "background.threads", "2");
}
