package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.UsageEvent;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events; what cannot be counted goes to the dead letters as it came, within the same
 * transaction, and the stream goes on.
 */
final class ReadEvents implements Processor<byte[], byte[], Object, Object> {

  private static final Logger log = LoggerFactory.getLogger(ReadEvents.class);

  private final UsageMeters meters;
  private @Nullable ProcessorContext<Object, Object> context;

  ReadEvents(UsageMeters meters) {
    this.meters = meters;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    switch (EventCodec.USAGE_EVENTS.decode(
        record.value(), version == null ? null : version.value())) {
      case Decoded.Undecodable<UsageEvent>(String reason) -> bury(record, "undecodable", reason);
      case Decoded.Newer<UsageEvent>(int theirs) ->
          bury(record, "newer_release", "schema version " + theirs);
      case Decoded.Value<UsageEvent>(UsageEvent event) -> check(record, event);
    }
  }

  private void check(Record<byte[], byte[]> record, UsageEvent event) {
    String implausible = EventCheck.implausible(event);
    if (implausible != null) {
      bury(record, "implausible", "at " + implausible);
    } else if (EventCheck.isMisrouted(event, record.key())) {
      bury(record, "misrouted", "the key is not the event's tenant");
    } else {
      context()
          .forward(
              new Record<>(event.eventId(), event, record.timestamp()),
              UsageTopology.FIRST_TIME_NODE);
    }
  }

  private void bury(Record<byte[], byte[]> record, String reason, String detail) {
    RecordMetadata from = context().recordMetadata().orElseThrow();
    RecordHeaders headers = new RecordHeaders(record.headers());
    add(headers, Headers.DEAD_LETTER_REASON, reason);
    add(headers, Headers.DEAD_LETTER_DETAIL, detail);
    add(headers, Headers.DEAD_LETTER_TOPIC, from.topic());
    add(headers, Headers.DEAD_LETTER_PARTITION, Integer.toString(from.partition()));
    add(headers, Headers.DEAD_LETTER_OFFSET, Long.toString(from.offset()));
    context().forward(record.withHeaders(headers), UsageTopology.DEAD_LETTERS_NODE);
    meters.deadLettered(reason);
    log.atWarn()
        .setMessage("dead letter")
        .addKeyValue("reason", reason)
        .addKeyValue("detail", detail)
        .addKeyValue("partition", from.partition())
        .addKeyValue("offset", from.offset())
        .log();
  }

  private static void add(RecordHeaders headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private ProcessorContext<Object, Object> context() {
    return requireNonNull(context, "not initialised");
  }
}
