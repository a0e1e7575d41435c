package dev.parley.usage.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.UsageEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AddToCellsTest {

  private final KeyValueStore<String, CellSums> cells =
      Stores.keyValueStoreBuilder(
              Stores.inMemoryKeyValueStore(UsageTopology.CELLS),
              Serdes.String(),
              new CellSumsSerde())
          .withLoggingDisabled()
          .build();
  private final KeyValueStore<String, byte[]> unpublished =
      Stores.keyValueStoreBuilder(
              Stores.inMemoryKeyValueStore(UsageTopology.UNPUBLISHED),
              Serdes.String(),
              Serdes.ByteArray())
          .withLoggingDisabled()
          .build();

  @BeforeEach
  void openStores() {
    MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    for (StateStore store : List.of(cells, unpublished)) {
      store.init(context.getStateStoreContext(), store);
    }
  }

  @AfterEach
  void closeStores() {
    cells.close();
    unpublished.close();
  }

  @Test
  void whatWasCommittedButNotPublishedIsPublishedByTheNextOwner() {
    MockProcessorContext<byte[], byte[]> killed = contextOf();
    AddToCells first = started(killed);
    first.process(record("a"));
    first.process(record("b"));
    assertThat(killed.forwarded()).isEmpty();

    MockProcessorContext<byte[], byte[]> context = contextOf();
    started(context);
    punctuate(context);
    assertThat(context.forwarded()).hasSize(1);
    assertThat(unpublished.approximateNumEntries()).isZero();
  }

  @Test
  void theNextOwnerAddsToWhatWasNotPublished() {
    started(contextOf()).process(record("a"));
    AddToCells next = started(contextOf());
    next.process(record("b"));
    assertThat(cells.get("acme/2026-03-04T12Z/openai/gpt-5").version()).isEqualTo(2);
  }

  @Test
  void whatWasPublishedIsNotPublishedAgain() {
    MockProcessorContext<byte[], byte[]> before = contextOf();
    started(before).process(record("a"));
    punctuate(before);
    assertThat(before.forwarded()).hasSize(1);

    MockProcessorContext<byte[], byte[]> context = contextOf();
    started(context);
    punctuate(context);
    assertThat(context.forwarded()).isEmpty();
  }

  private MockProcessorContext<byte[], byte[]> contextOf() {
    MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    context.addStateStore(cells);
    context.addStateStore(unpublished);
    return context;
  }

  private static AddToCells started(MockProcessorContext<byte[], byte[]> context) {
    AddToCells processor =
        new AddToCells(TopologySettings.DEFAULT, new UsageMeters(new SimpleMeterRegistry()));
    processor.init(context);
    return processor;
  }

  private static void punctuate(MockProcessorContext<byte[], byte[]> context) {
    context.scheduledPunctuators().getFirst().getPunctuator().punctuate(0);
  }

  private static Record<String, UsageEvent> record(String id) {
    return new Record<>(id, Events.of(id).build(), Events.NOON.toEpochMilli());
  }
}
