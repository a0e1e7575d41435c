package dev.parley.benchmarks.usage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Usage events as workers write them; one in twenty comes twice. */
final class UsageLoad {

  private static final int TENANTS = 50;
  private static final int MODELS = 4;
  private static final int SESSIONS = 5_000;

  private final SplittableRandom random;
  private final Instant base = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  UsageLoad(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Appends so many records and returns when Kafka has them. */
  void publish(KafkaSettings kafka, int records) {
    var properties = kafka.producer("usage-load");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, "20");
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
      UsageEvent event = event();
      for (int i = 0; i < records; i++) {
        event = i % 20 == 19 ? event : event();
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                Topics.USAGE_EVENTS,
                event.recordKey(false).getBytes(UTF_8),
                EventCodec.USAGE_EVENTS.encode(event));
        record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_EVENTS.versionHeader());
        record.headers().add(Headers.JOB_ID, event.jobId().value().getBytes(UTF_8));
        // One that fails is missing in the totals, which are waited for.
        var _ = producer.send(record);
      }
      producer.flush();
    }
  }

  private UsageEvent event() {
    byte[] id = new byte[20];
    new Random(random.nextLong()).nextBytes(id);
    JobId job = new JobId("job_" + java.util.HexFormat.of().formatHex(id));
    int tenant = random.nextInt(TENANTS);
    int input = random.nextInt(4_000);
    int output = random.nextInt(1_000);
    String model = "gpt-5-mini-" + random.nextInt(MODELS);
    return new UsageEvent(
        UsageEvent.eventId(job, 1, 1),
        null,
        job,
        new SessionId("session-" + random.nextInt(SESSIONS)),
        new TenantId("tenant-" + tenant),
        null,
        "openai",
        model,
        FinishReason.STOP,
        random.nextInt(5_000),
        base.minusMillis(random.nextInt(3_600_000)),
        "default:" + model,
        null,
        input,
        output,
        0,
        0,
        0,
        0,
        new BigDecimal("0.00000015")
            .multiply(BigDecimal.valueOf(input))
            .add(new BigDecimal("0.0000006").multiply(BigDecimal.valueOf(output))),
        "prices-2026-01",
        false);
  }
}
