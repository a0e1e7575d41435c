package dev.parley.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.storage.config.Stores;
import dev.parley.usage.topology.Events;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Random usage events of one run, a fifth of them copies and a tenant in seven spread over the
 * partitions, and what has to become of them, worked out from the plain list.
 */
final class UsageTraffic implements AutoCloseable {

  private final String run;
  private final Stores stores;
  private final SplittableRandom random;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();
  private final List<UsageEvent> raw = new ArrayList<>();

  UsageTraffic(String run, KafkaSettings kafka, Stores stores, SplittableRandom random) {
    this.run = run;
    this.stores = stores;
    this.random = random;
    this.producer = new KafkaProducer<>(kafka.producer("test"));
  }

  /** Of the tenants of this run: records read, events added, further copies. */
  List<Long> counts() {
    long read = 0;
    long added = 0;
    long duplicate = 0;
    Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
    for (HourAudit hour :
        stores.audit().audit(null, now.minus(Duration.ofHours(40)), now.plusSeconds(3600))) {
      if (hour.tenantId() != null && hour.tenantId().value().startsWith(run + "-")) {
        assertThat(hour.counts().isComplete()).isTrue();
        assertThat(hour.counts().added()).isEqualTo(hour.totals().eventCount());
        read += hour.counts().read();
        added += hour.counts().added();
        duplicate += hour.counts().duplicate();
      }
    }
    return List.of(read, added, duplicate);
  }

  List<Long> expectedCounts() {
    long unique = raw.stream().map(UsageEvent::eventId).distinct().count();
    return List.of((long) raw.size(), unique, raw.size() - unique);
  }

  /** Sends so many events and returns when Kafka has them. */
  void send(int count) throws Exception {
    sendOn(count);
    acknowledged();
  }

  /** Sends so many events. */
  void sendOn(int count) {
    for (int i = 0; i < count; i++) {
      UsageEvent event =
          random.nextInt(5) == 0 && !raw.isEmpty()
              ? raw.get(random.nextInt(raw.size()))
              : random(raw.size());
      raw.add(event);
      send(event);
    }
  }

  /** Returns when Kafka has all that was sent. */
  void acknowledged() throws Exception {
    producer.flush();
    for (Future<RecordMetadata> future : sent) {
      future.get();
    }
    sent.clear();
  }

  private UsageEvent random(int number) {
    Events event =
        event(run + "-" + number, Instant.now().minus(Duration.ofHours(random.nextInt(30))))
            .tenant(run + "-" + random.nextInt(7))
            .model("model-" + random.nextInt(3))
            .tokens(random.nextInt(10_000))
            .cost(
                random.nextInt(9) == 0
                    ? null
                    : BigDecimal.valueOf(random.nextLong(1L << 40), 15).toPlainString());
    return event.build();
  }

  private Events event(String id, Instant at) {
    return Events.of(id).tenant(run).at(at.truncatedTo(ChronoUnit.MILLIS));
  }

  /** One event, of now, of the tenant that is named as the run is. */
  void sendOne(String id) throws Exception {
    send(event(id, Instant.now()).build());
    acknowledged();
  }

  private void send(UsageEvent event) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.USAGE_EVENTS,
            event
                .recordKey(event.tenantId().value().endsWith("3"))
                .getBytes(StandardCharsets.UTF_8),
            EventCodec.USAGE_EVENTS.encode(event));
    record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_EVENTS.versionHeader());
    sent.add(producer.send(record));
  }

  /** Requests of the tenant that is named as the run is. */
  long requests() {
    return stores
        .usage()
        .sum(UsageFilter.ofTenant(new TenantId(run)), List.of(), ZoneOffset.UTC)
        .getFirst()
        .requestCount();
  }

  Map<String, String> totals() {
    Map<String, String> found = new HashMap<>();
    for (UsageSum sum :
        stores
            .usage()
            .sum(
                new UsageFilter(null, null, null, null, null, null, null),
                List.of(UsageDimension.TENANT, UsageDimension.MODEL, UsageDimension.HOUR),
                ZoneOffset.UTC)) {
      String tenant = String.valueOf(sum.group().getFirst());
      if (tenant.startsWith(run + "-")) {
        found.put(
            tenant + " " + sum.group().get(1) + " " + String.valueOf(sum.group().get(2)),
            describe(
                sum.requestCount(),
                sum.inputTokens(),
                sum.outputTokens(),
                sum.reasoningTokens(),
                sum.unpricedRequestCount(),
                sum.costUSD()));
      }
    }
    return found;
  }

  Map<String, String> expectedTotals() {
    Map<String, UsageEvent> unique = new HashMap<>();
    raw.forEach(event -> unique.put(event.eventId(), event));
    Map<String, List<UsageEvent>> cells = new HashMap<>();
    for (UsageEvent event : unique.values()) {
      String hour = event.timestamp().toString().substring(0, 13) + ":00:00Z";
      cells
          .computeIfAbsent(
              event.tenantId() + " " + event.model() + " " + hour, key -> new ArrayList<>())
          .add(event);
    }
    Map<String, String> described = new HashMap<>();
    cells.forEach((key, events) ->
        described.put(
            key,
            describe(
                events.size(),
                events.stream().mapToLong(UsageEvent::inputTokens).sum(),
                events.stream().mapToLong(UsageEvent::outputTokens).sum(),
                events.stream().mapToLong(UsageEvent::reasoningTokens).sum(),
                events.stream().filter(event -> event.costUSD() == null).count(),
                events.stream()
                    .filter(event -> event.costUSD() != null)
                    .map(UsageEvent::costUSD)
                    .reduce(BigDecimal.ZERO, BigDecimal::add))));
    return described;
  }

  private static String describe(
      long requests, long input, long output, long reasoning, long unpriced, BigDecimal cost) {
    return requests
        + " "
        + input
        + " "
        + output
        + " "
        + reasoning
        + " "
        + unpriced
        + " "
        + cost.setScale(15).toPlainString();
  }

  @Override
  public void close() {
    producer.close();
  }
}
