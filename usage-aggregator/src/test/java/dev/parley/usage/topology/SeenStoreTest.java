package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SeenStoreTest {

  private static final long BUCKET_MS = 1_000;

  @TempDir private Path directory;
  private final List<KeyValue<byte[], byte[]>> changelog = new ArrayList<>();
  private @Nullable BatchingStateRestoreCallback restoring;
  private KeyValueStore<Bytes, byte[]> store;

  @BeforeEach
  void open() {
    store = open(directory.resolve("one"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private KeyValueStore<Bytes, byte[]> open(Path stateDir) {
    KeyValueStore<Bytes, byte[]> opened = SeenStore.supplier("ids", BUCKET_MS).get();
    StateStoreContext context =
        (StateStoreContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {StateStoreContext.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "stateDir" -> stateDir.toFile();
                      case "register" -> {
                        restoring = (BatchingStateRestoreCallback) arguments[1];
                        yield null;
                      }
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    opened.init(context, opened);
    return opened;
  }

  @Test
  void eachIdOfABatchIsFoundInItsBucketAndNowhereElse() {
    put(0, 1, 2, 3);
    put(0, 4);
    put(1_000, 5);
    assertThat(found(0, 1, 2, 3, 4, 5)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(found(1_000, 1, 2, 3, 4, 5)).containsExactly(5L);
    assertThat(found(2_000, 1, 5)).isEmpty();
  }

  @Test
  void idsOutliveAClose() {
    put(0, 1, 2);
    put(1_000, 3);
    store.close();
    store = open(directory.resolve("one"));
    assertThat(found(0, 1, 2, 3)).containsExactly(1L, 2L);
    assertThat(found(1_000, 1, 2, 3)).containsExactly(3L);
  }

  @Test
  void idsComeBackFromTheChangelogThoughTheDiskIsLost() {
    put(0, 1);
    put(1_000, 2, 3);
    put(2_000, 4, 5, 6);
    put(2_000, 7);
    store.close();
    store = open(directory.resolve("another"));
    requireNonNull(restoring).restoreAll(changelog);
    assertThat(found(0, 1)).isEmpty();
    assertThat(found(1_000, 1, 2, 3)).containsExactly(2L, 3L);
    assertThat(found(2_000, 4, 5, 6, 7, 8)).containsExactly(4L, 5L, 6L, 7L);
  }

  @Test
  void whatAKillLeftOfADeletedBucketIsNoHindranceNorIsAForeignFile() throws Exception {
    put(0, 1);
    put(1_000, 2);
    store.close();
    Path ids = directory.resolve("one/ids");
    Files.move(ids.resolve("0"), ids.resolve("gone-0"));
    Files.delete(ids.resolve("gone-0/CURRENT"));
    Files.writeString(ids.resolve("lost+found"), "not ours");

    store = open(directory.resolve("one"));

    assertThat(found(0, 1)).isEmpty();
    assertThat(found(1_000, 2)).containsExactly(2L);
    assertThat(ids.toFile().list()).containsExactlyInAnyOrder("1000", "lost+found");
  }

  @Test
  void aBucketThatDoesNotOpenLeavesNoOtherOpen() throws Exception {
    put(0, 1);
    put(1_000, 2);
    store.close();
    Path broken = directory.resolve("one/ids/1000/CURRENT");
    String current = Files.readString(broken);
    Files.writeString(broken, "MANIFEST-999999\n");
    assertThatThrownBy(() -> open(directory.resolve("one")))
        .isInstanceOf(ProcessorStateException.class);

    Files.writeString(broken, current);
    store = open(directory.resolve("one"));

    assertThat(found(0, 1)).containsExactly(1L);
    assertThat(found(1_000, 2)).containsExactly(2L);
  }

  @Test
  void onlyTheNewestTwoBucketsAreKept() {
    put(0, 1);
    put(1_000, 2);
    put(2_000, 3);
    assertThat(found(0, 1)).isEmpty();
    assertThat(directory.resolve("one/ids").toFile().list())
        .containsExactlyInAnyOrder("1000", "2000");
    put(0, 9);
    assertThat(found(0, 9)).isEmpty();
    put(9_000, 4);
    assertThat(directory.resolve("one/ids").toFile().list()).containsExactly("9000");
  }

  @Test
  void manyIdsAreToldApart() {
    SplittableRandom random = new SplittableRandom(1);
    List<Long> ids = random.longs(20_000).boxed().toList();
    for (int i = 0; i < ids.size(); i += 1_000) {
      put(0, ids.subList(i, i + 1_000).stream().mapToLong(id -> id).toArray());
    }
    assertThat(found(0, ids.stream().mapToLong(id -> id).toArray())).isEqualTo(ids);
    assertThat(found(0, random.longs(20_000).toArray())).isEmpty();
  }

  private void put(long bucket, long... ids) {
    ByteBuffer batch = ByteBuffer.allocate(ids.length * SeenStore.ID_BYTES);
    for (long id : ids) {
      batch.putLong(id).putLong(~id);
    }
    Bytes key = key(bucket, ids[0]);
    changelog.add(KeyValue.pair(key.get(), batch.array()));
    store.put(key, batch.array());
  }

  private List<Long> found(long bucket, long... ids) {
    List<Long> found = new ArrayList<>();
    for (long id : ids) {
      if (store.get(key(bucket, id)) != null) {
        found.add(id);
      }
    }
    return found;
  }

  private static Bytes key(long bucket, long id) {
    return Bytes.wrap(
        ByteBuffer.allocate(SeenStore.KEY_BYTES).putLong(bucket).putLong(id).putLong(~id).array());
  }
}
