package dev.parley.usage.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One bucket's ids, in a database of its own that is deleted as a whole. Nearly every question is
 * for an id that is not there, which filters answer: over what was written lately, and over each
 * file, the last level's too.
 */
final class SeenBucket {

  static {
    RocksDB.loadLibrary();
  }

  private static final String GONE = "gone-";
  private static final byte[] NOTHING = {};
  private static final long WRITE_BUFFER = 16L << 20;
  private static final long BLOCK_CACHE = 16L << 20;
  private static final int FILTER_BITS = 10;
  private static final double FILTER_OF_WRITE_BUFFER = 0.1;

  private final Path directory;
  private final Options options;
  private final WriteOptions writing;
  private final RocksDB database;
  private final List<AbstractNativeReference> others;

  private SeenBucket(
      Path directory,
      Options options,
      WriteOptions writing,
      RocksDB database,
      List<AbstractNativeReference> others) {
    this.directory = directory;
    this.options = options;
    this.writing = writing;
    this.database = database;
    this.others = others;
  }

  static SeenBucket open(Path directory) {
    LRUCache cache = new LRUCache(BLOCK_CACHE);
    BloomFilter filter = new BloomFilter(FILTER_BITS);
    Options options =
        new Options()
            .setCreateIfMissing(true)
            .setWriteBufferSize(WRITE_BUFFER)
            .setMaxWriteBufferNumber(3)
            .setCompactionStyle(CompactionStyle.UNIVERSAL)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
            .setMemtablePrefixBloomSizeRatio(FILTER_OF_WRITE_BUFFER)
            .setMemtableWholeKeyFiltering(true)
            .setTableFormatConfig(
                new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter));
    try {
      Files.createDirectories(directory);
      RocksDB database = RocksDB.open(options, directory.toString());
      // What is lost in a crash comes back from the changelog.
      WriteOptions writing = new WriteOptions().setDisableWAL(true);
      return new SeenBucket(directory, options, writing, database, List.of(filter, cache));
    } catch (RocksDBException | IOException e) {
      options.close();
      filter.close();
      cache.close();
      throw new ProcessorStateException("cannot open " + directory, e);
    }
  }

  /**
   * @param ids one after the other
   */
  void add(byte[] ids) {
    try (WriteBatch batch = new WriteBatch(ids.length * 2)) {
      for (int i = 0; i < ids.length; i += SeenStore.ID_BYTES) {
        batch.put(Arrays.copyOfRange(ids, i, i + SeenStore.ID_BYTES), NOTHING);
      }
      database.write(writing, batch);
    } catch (RocksDBException e) {
      throw new ProcessorStateException("cannot write to " + directory, e);
    }
  }

  boolean contains(byte[] id) {
    try {
      return database.get(id) != null;
    } catch (RocksDBException e) {
      throw new ProcessorStateException("cannot read from " + directory, e);
    }
  }

  long approximateSize() {
    try {
      return database.getLongProperty("rocksdb.estimate-num-keys");
    } catch (RocksDBException e) {
      throw new ProcessorStateException("cannot read from " + directory, e);
    }
  }

  /** Brings all to the disk. */
  void close() {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      database.flush(flush);
    } catch (RocksDBException e) {
      throw new ProcessorStateException("cannot write to " + directory, e);
    } finally {
      closeNative();
    }
  }

  /** Out of the way at once, so that what a kill leaves of it is not taken for a bucket. */
  void delete() {
    closeNative();
    try {
      Path gone = directory.resolveSibling(GONE + directory.getFileName());
      Files.move(directory, gone);
      deleteAll(gone);
    } catch (IOException e) {
      throw new ProcessorStateException("cannot delete " + directory, e);
    }
  }

  static boolean isGone(Path directory) {
    return directory.getFileName().toString().startsWith(GONE);
  }

  /** Deletes what is left of a bucket. */
  static void deleteAll(Path gone) throws IOException {
    try (Stream<Path> files = Files.walk(gone)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void closeNative() {
    database.close();
    writing.close();
    options.close();
    others.forEach(AbstractNativeReference::close);
  }
}
