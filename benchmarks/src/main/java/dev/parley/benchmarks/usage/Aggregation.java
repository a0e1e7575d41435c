package dev.parley.benchmarks.usage;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Topics;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.usage.AggregatorConfig;
import dev.parley.usage.AggregatorService;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Usage events a second through the aggregator with one stream thread, exactly once and into
 * PostgreSQL, beside a topology that only copies the same records to another topic under the same
 * settings.
 */
public final class Aggregation implements Benchmark {

  private static final int EVENTS = 600_000;
  private static final String PARTITIONS = "4";

  @Override
  public String name() {
    return "aggregation";
  }

  @Override
  public String description() {
    return "usage events a second through the aggregator, beside a topology that only copies";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    int events = run.scaled(EVENTS);
    try (EmbeddedInfrastructure infrastructure =
        new EmbeddedInfrastructure(new InfrastructureSettings(null, 0, 0, 0, false))) {
      infrastructure.start();
      Rig rig = new Rig(run, infrastructure, events);
      rig.load();
      rig.aggregate("warm");
      rig.copy("warm");
      List<Rates> aggregated = new ArrayList<>();
      List<Rates> copied = new ArrayList<>();
      for (int i = 0; i < run.rounds(); i++) {
        copied.add(rig.copy("c" + i));
        aggregated.add(rig.aggregate("a" + i));
      }
      return List.of(
          Result.ratio(
              "beside a bare copy",
              Figures.median(aggregated.stream().map(Rates::perSecond).toList()),
              Figures.median(copied.stream().map(Rates::perSecond).toList()),
              "/s",
              Target.atLeast(0.4)),
          Result.alone(
              "one thread",
              Figures.median(aggregated.stream().map(Rates::perSecond).toList()),
              "/s",
              Target.atLeast(30_000)),
          Result.alone(
              "for each second of its CPU",
              Figures.median(aggregated.stream().map(Rates::perCpuSecond).toList()),
              "/s",
              Target.atLeast(30_000)));
    }
  }

  /**
   * @param perCpuSecond of the stream thread; much the same when others use the machine too
   */
  private record Rates(double perSecond, double perCpuSecond) {}

  private static final class Rig {
    private final Run run;
    private final KafkaSettings kafka;
    private final Map<String, String> variables;
    private final int events;

    Rig(Run run, EmbeddedInfrastructure infrastructure, int events) {
      this.run = run;
      this.events = events;
      this.kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
      this.variables =
          Map.of(
              "KAFKA_BOOTSTRAP_SERVERS",
              infrastructure.kafkaBootstrapServers(),
              "DATABASE_URL",
              infrastructure.databaseUrl(),
              "TOPIC_PARTITIONS",
              PARTITIONS,
              "EXPORT_DIR",
              "none");
    }

    void load() throws InterruptedException {
      TopicSetup.from(new Env(variables)).ensure(kafka);
      new UsageLoad(1).publish(kafka, events);
    }

    private AggregatorConfig config(String name) throws IOException {
      Map<String, String> own = new HashMap<>(variables);
      own.put("AGGREGATOR_APPLICATION_ID", "bench-" + name);
      own.put("STATE_DIR", run.directory(name).toString());
      return AggregatorConfig.from(new Env(own));
    }

    Rates aggregate(String name) throws IOException, InterruptedException {
      SimpleMeterRegistry metrics = new SimpleMeterRegistry();
      try (Stores stores =
          new Stores(StoreConfig.fromEnv(variables, Scope.SERVICE, 4), null, Clock.systemUTC())) {
        stores.start();
        AggregatorService service =
            new AggregatorService(
                config("aggregate-" + name),
                stores.usage(),
                stores.exports(),
                stores.audit(),
                kafka,
                TopicSetup.from(new Env(variables)),
                metrics,
                Clock.systemUTC());
        try {
          service.start();
          Rates rates = measured("aggregate " + name, () -> counted(metrics));
          long begin = System.nanoTime();
          while (added(stores) < events - events / 20) {
            Thread.sleep(10);
          }
          run.say("in PostgreSQL %d ms later".formatted((System.nanoTime() - begin) / 1_000_000));
          return rates;
        } finally {
          service.close();
        }
      }
    }

    private static long counted(SimpleMeterRegistry metrics) {
      return (long)
          metrics.find("parley.usage.events").counters().stream().mapToDouble(Counter::count).sum();
    }

    private static long added(Stores stores) {
      Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
      long added = 0;
      for (HourAudit hour :
          stores.audit().audit(null, now.minus(Duration.ofHours(3)), now.plusSeconds(3600))) {
        added += hour.totals().eventCount();
      }
      return added;
    }

    Rates copy(String name) throws IOException, InterruptedException {
      AtomicLong copied = new AtomicLong();
      Topology topology =
          new Topology()
              .addSource(
                  "in",
                  new ByteArrayDeserializer(),
                  new ByteArrayDeserializer(),
                  Topics.USAGE_EVENTS)
              .addProcessor("count", () -> new Counting(copied), "in")
              .addSink(
                  "out",
                  Topics.USAGE_LATE,
                  new ByteArraySerializer(),
                  new ByteArraySerializer(),
                  "count");
      try (KafkaStreams streams =
          new KafkaStreams(topology, config("copy-" + name).streams().properties(kafka))) {
        streams.start();
        return measured("copy " + name, copied::get);
      }
    }

    private Rates measured(String what, LongSupplier count) throws InterruptedException {
      while (count.getAsLong() == 0) {
        Thread.sleep(1);
      }
      long first = count.getAsLong();
      long begin = System.nanoTime();
      long cpu = streamCpu();
      while (count.getAsLong() < events) {
        Thread.sleep(2);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      double cpuSeconds = (streamCpu() - cpu) / 1e9;
      Rates rates = new Rates((events - first) / seconds, (events - first) / cpuSeconds);
      run.say(
          "%s: %,.0f/s, %,.0f/s of CPU".formatted(what, rates.perSecond(), rates.perCpuSecond()));
      return rates;
    }

    /** What the stream threads have used, in nanoseconds. */
    private static long streamCpu() {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long sum = 0;
      for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
        if (thread != null
            && thread.getThreadName().contains("StreamThread-1")
            && !thread.getThreadName().contains("producer")) {
          sum += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
        }
      }
      return sum;
    }
  }

  private static final class Counting extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final AtomicLong count;

    Counting(AtomicLong count) {
      this.count = count;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      context().forward(record);
      count.lazySet(count.get() + 1);
    }
  }
}
