package dev.parley.usage.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ChangingTest {

  private final KeyValueStore<String, Long> values = store("values", Serdes.Long());
  private final KeyValueStore<String, byte[]> unpublished = store("marks", Serdes.ByteArray());

  private static <V> KeyValueStore<String, V> store(String name, Serde<V> serde) {
    return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), serde)
        .withLoggingDisabled()
        .build();
  }

  @BeforeEach
  void openStores() {
    MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    for (StateStore store : List.of(values, unpublished)) {
      store.init(context.getStateStoreContext(), store);
    }
  }

  @AfterEach
  void closeStores() {
    values.close();
    unpublished.close();
  }

  @Test
  void whatWasChangedButNotPublishedIsPublishedByTheNextOwner() {
    Changing<String, Long> killed = owner("a:");
    killed.change("x", value -> value + 1);
    killed.change("x", value -> value + 1);
    killed.write();

    assertThat(published(owner("a:"))).containsExactly(Map.entry("x", 2L));
    assertThat(unpublished.approximateNumEntries()).isZero();
  }

  @Test
  void theNextOwnerChangesWhatWasNotPublished() {
    Changing<String, Long> before = owner("a:");
    before.change("x", value -> value + 5);
    before.write();
    Changing<String, Long> next = owner("a:");
    next.change("x", value -> value + 1);
    assertThat(published(next)).containsExactly(Map.entry("x", 6L));
  }

  @Test
  void whatWasPublishedIsNotPublishedAgainAndStays() {
    Changing<String, Long> before = owner("a:");
    before.change("x", value -> value + 1);
    assertThat(published(before)).hasSize(1);
    assertThat(published(before)).isEmpty();

    Changing<String, Long> next = owner("a:");
    assertThat(published(next)).isEmpty();
    next.change("x", value -> value + 1);
    assertThat(published(next)).containsExactly(Map.entry("x", 2L));
  }

  @Test
  void whatWasHandedOverBeginsAnewFromNothing() {
    Changing<String, Long> before = owner("a:");
    before.change("x", value -> value + 7);
    before.write();
    before.handOver((key, value) -> assertThat(value).isEqualTo(7));
    before.write();
    assertThat(values.get("x")).isNull();
    before.change("x", value -> value + 1);
    assertThat(published(before)).containsExactly(Map.entry("x", 1L));
  }

  @Test
  void whatWasHandedOverBeforeItWasWrittenLeavesNothing() {
    Changing<String, Long> before = owner("a:");
    before.change("x", value -> value + 7);
    before.handOver((key, value) -> assertThat(value).isEqualTo(7));
    before.write();
    assertThat(values.get("x")).isNull();
    assertThat(unpublished.approximateNumEntries()).isZero();
  }

  @Test
  void theStoresHearNothingBeforeTheTransactionEnds() {
    Changing<String, Long> before = owner("a:");
    before.change("x", value -> value + 1);
    before.publish((key, value) -> {});
    before.change("x", value -> value + 1);
    assertThat(values.get("x")).isNull();
    assertThat(unpublished.approximateNumEntries()).isZero();
    before.write();
    assertThat(values.get("x")).isEqualTo(2);
    assertThat(published(owner("a:"))).containsExactly(Map.entry("x", 2L));
  }

  @Test
  void twoThatShareTheMarksDoNotTakeUpEachOthers() {
    Changing<String, Long> before = owner("a:");
    before.change("x", value -> value + 1);
    before.write();
    Changing<String, Long> other = owner("b:");
    assertThat(other.size()).isZero();
    assertThat(owner("a:").size()).isEqualTo(1);
  }

  private Changing<String, Long> owner(String prefix) {
    Changing<String, Long> owner = new Changing<>(values, unpublished, prefix, name -> name, 0L);
    owner.takeUp(name -> name);
    return owner;
  }

  private static Map<String, Long> published(Changing<String, Long> owner) {
    Map<String, Long> published = new TreeMap<>();
    owner.publish(published::put);
    owner.write();
    return published;
  }
}
