package dev.parley.usage.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/**
 * Lets RocksDB answer from a filter that an id is not among those written lately, which holds for
 * nearly every event; else it would search its sorted write buffers. The filters on its files are
 * Streams' own setting.
 */
public final class StoreTuning implements RocksDBConfigSetter {

  private static final double OF_WRITE_BUFFER = 0.1;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    options.setMemtablePrefixBloomSizeRatio(OF_WRITE_BUFFER);
    options.setMemtableWholeKeyFiltering(true);
  }

  @Override
  public void close(String storeName, Options options) {
    // nothing was opened
  }
}
