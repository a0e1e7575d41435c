package dev.parley.usage.topology;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Counts as bytes, written for every record; the first byte names the layout. */
final class HourCountsSerde implements Serde<HourCounts> {

  private static final byte LAYOUT = 1;

  @Override
  public Serializer<HourCounts> serializer() {
    return (topic, counts) -> counts == null ? null : write(counts);
  }

  @Override
  public Deserializer<HourCounts> deserializer() {
    return (topic, bytes) -> bytes == null ? null : read(bytes);
  }

  private static byte[] write(HourCounts counts) {
    return ByteBuffer.allocate(1 + 5 * Long.BYTES)
        .put(LAYOUT)
        .putLong(counts.read())
        .putLong(counts.aggregated())
        .putLong(counts.duplicate())
        .putLong(counts.late())
        .putLong(counts.deadLettered())
        .array();
  }

  private static HourCounts read(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte layout = buffer.get();
    if (layout != LAYOUT) {
      throw new IllegalStateException("counts in layout " + layout + ", this release knows 1");
    }
    return new HourCounts(
        buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }
}
