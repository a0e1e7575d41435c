package dev.parley.usage.topology;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Sums as a few bytes: they are written for every single event, where JSON would be what most of
 * the time goes into. The first byte names the layout, so that a later one can tell them apart.
 */
final class CellSumsSerde implements Serde<CellSums> {

  private static final byte LAYOUT = 2;

  /** Without a count of requests, which was the version before there were corrections. */
  private static final byte LAYOUT_WITHOUT_REQUESTS = 1;

  private static final int FIXED = 1 + 9 * Long.BYTES + Integer.BYTES;

  @Override
  public Serializer<CellSums> serializer() {
    return (topic, sums) -> sums == null ? null : write(sums);
  }

  @Override
  public Deserializer<CellSums> deserializer() {
    return (topic, bytes) -> bytes == null ? null : read(bytes);
  }

  static byte[] write(CellSums sums) {
    byte[] unscaled = sums.costUSD().unscaledValue().toByteArray();
    return ByteBuffer.allocate(FIXED + unscaled.length)
        .put(LAYOUT)
        .putLong(sums.version())
        .putLong(sums.requests())
        .putLong(sums.inputTokens())
        .putLong(sums.outputTokens())
        .putLong(sums.reasoningTokens())
        .putLong(sums.cachedTokens())
        .putLong(sums.cachedWriteTokens())
        .putLong(sums.unpriced())
        .putLong(sums.estimated())
        .putInt(sums.costUSD().scale())
        .put(unscaled)
        .array();
  }

  static CellSums read(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte layout = buffer.get();
    if (layout != LAYOUT && layout != LAYOUT_WITHOUT_REQUESTS) {
      throw new IllegalStateException("sums in layout " + layout + ", this release knows 1 and 2");
    }
    long version = buffer.getLong();
    long requests = layout == LAYOUT ? buffer.getLong() : version;
    long input = buffer.getLong();
    long output = buffer.getLong();
    long reasoning = buffer.getLong();
    long cached = buffer.getLong();
    long cachedWrite = buffer.getLong();
    long unpriced = buffer.getLong();
    long estimated = buffer.getLong();
    int scale = buffer.getInt();
    byte[] unscaled = new byte[buffer.remaining()];
    buffer.get(unscaled);
    return new CellSums(
        version,
        requests,
        input,
        output,
        reasoning,
        cached,
        cachedWrite,
        new BigDecimal(new BigInteger(unscaled), scale),
        unpriced,
        estimated);
  }
}
