package dev.parley.usage.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal.Cell;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what leaves the topology, all within the transaction of what it tells. */
final class Publishing {

  private static final Logger log = LoggerFactory.getLogger(Publishing.class);

  private static final String CELL = "cell";

  private final ProcessorContext<byte[], byte[]> context;
  private final int partition;
  private final byte[] totalVersion = EventCodec.USAGE_TOTALS.versionHeader();
  private final byte[] countsVersion = EventCodec.USAGE_COUNTS.versionHeader();

  Publishing(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.partition = context.taskId().partition();
  }

  void total(Cell cell, CellSums sums, long time) {
    forward(
        UsageTopology.TOTALS_NODE,
        CellKey.of(cell),
        EventCodec.USAGE_TOTALS.encode(sums.toTotal(cell)),
        time,
        header(Headers.SCHEMA_VERSION, totalVersion));
  }

  void counts(CountKey key, HourCounts counts, long time) {
    forward(
        UsageTopology.COUNTS_NODE,
        key.text() + "/" + partition,
        EventCodec.USAGE_COUNTS.encode(counts.toCounts(key, partition)),
        time,
        header(Headers.SCHEMA_VERSION, countsVersion));
  }

  /** To the partition where the tenant's cells are. */
  void partial(Cell cell, CellSums sums, long time) {
    forward(
        UsageTopology.PARTIALS_NODE,
        cell.tenantId().value(),
        CellSumsSerde.write(sums),
        time,
        header(CELL, CellKey.of(cell).getBytes(UTF_8)));
  }

  /** What was added up elsewhere, to be added to its cell. */
  record Partial(Cell cell, CellSums sums) {}

  static Partial readPartial(Record<byte[], byte[]> record) {
    String cell = new String(record.headers().lastHeader(CELL).value(), UTF_8);
    return new Partial(CellKey.parse(cell), CellSumsSerde.read(record.value()));
  }

  /** For whoever has closed the books on the event's hour. */
  void late(Record<byte[], byte[]> record, UsageEvent event) {
    context.forward(
        record.withKey(event.tenantId().value().getBytes(UTF_8)), UsageTopology.LATE_NODE);
  }

  /** As it came, with the reason; the stream goes on. */
  void deadLetter(Record<byte[], byte[]> record, RecordMetadata from, Reading.Refused refused) {
    RecordHeaders headers = new RecordHeaders(record.headers());
    add(headers, Headers.DEAD_LETTER_REASON, refused.reason());
    add(headers, Headers.DEAD_LETTER_DETAIL, refused.detail());
    add(headers, Headers.DEAD_LETTER_TOPIC, from.topic());
    add(headers, Headers.DEAD_LETTER_PARTITION, Integer.toString(from.partition()));
    add(headers, Headers.DEAD_LETTER_OFFSET, Long.toString(from.offset()));
    context.forward(record.withHeaders(headers), UsageTopology.DEAD_LETTERS_NODE);
    log.atWarn()
        .setMessage("dead letter")
        .addKeyValue("reason", refused.reason())
        .addKeyValue("detail", refused.detail())
        .addKeyValue("partition", from.partition())
        .addKeyValue("offset", from.offset())
        .log();
  }

  private void forward(String node, String key, byte[] value, long time, Header header) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(header);
    context.forward(new Record<>(key.getBytes(UTF_8), value, time, headers), node);
  }

  private static Header header(String name, byte[] value) {
    return new RecordHeader(name, value);
  }

  private static void add(RecordHeaders headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
