package dev.parley.benchmarks.submits;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.tools.ProducerPerformance;

/** Kafka's own load driver, with a topic of its own. */
final class ProducerReference implements AutoCloseable {

  private static final String TOPIC = "producer-performance";
  private static final int PARTITIONS = 8;
  private static final Pattern RATE = Pattern.compile(", ([0-9.]+) records/sec");

  private final String servers;
  private final Admin admin;

  private ProducerReference(String servers, Admin admin) {
    this.servers = servers;
    this.admin = admin;
  }

  static ProducerReference start(String servers) throws Exception {
    Properties settings = new Properties();
    settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    Admin admin = Admin.create(settings);
    NewTopic topic =
        new NewTopic(TOPIC, Optional.of(PARTITIONS), Optional.empty())
            .configs(Map.of("retention.bytes", "100000000", "segment.bytes", "50000000"));
    admin.createTopics(List.of(topic)).all().get();
    return new ProducerReference(servers, admin);
  }

  /** Records a second, as it tells itself. */
  double measure(int records, int bytes) throws Exception {
    PrintStream out = System.out;
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    System.setOut(new PrintStream(told, true, StandardCharsets.UTF_8));
    try {
      ProducerPerformance.main(
          new String[] {
            "--topic",
            TOPIC,
            "--num-records",
            Integer.toString(records),
            "--record-size",
            Integer.toString(bytes),
            "--throughput",
            "-1",
            "--producer-props",
            "bootstrap.servers=" + servers,
            "acks=all"
          });
    } finally {
      System.setOut(out);
    }
    Matcher rates = RATE.matcher(told.toString(StandardCharsets.UTF_8));
    double last = 0;
    while (rates.find()) {
      last = Double.parseDouble(rates.group(1));
    }
    if (last == 0) {
      throw new IllegalStateException("ProducerPerformance told no rate");
    }
    return last;
  }

  @Override
  public void close() {
    admin.close();
  }
}
