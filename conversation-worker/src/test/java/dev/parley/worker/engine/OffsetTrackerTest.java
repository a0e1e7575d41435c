package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {

  private final OffsetTracker tracker = new OffsetTracker();

  @Test
  void knowsNothingAtFirst() {
    assertThat(tracker.watermark()).isEqualTo(OffsetTracker.UNKNOWN);
    assertThat(tracker.span()).isZero();
  }

  @Test
  void standsAtTheFirstRecordThatIsNotDone() {
    long first = tracker.track(7);
    long second = tracker.track(8);
    tracker.complete(second);
    assertThat(tracker.watermark()).isEqualTo(7);
    tracker.complete(first);
    assertThat(tracker.watermark()).isEqualTo(9);
  }

  @Test
  void gapsDoNotHoldItUp() {
    long first = tracker.track(3);
    long second = tracker.track(1_000_000);
    tracker.complete(first);
    assertThat(tracker.watermark()).isEqualTo(1_000_000);
    tracker.advanceTo(2_000_000);
    assertThat(tracker.watermark()).isEqualTo(1_000_000);
    tracker.complete(second);
    assertThat(tracker.watermark()).isEqualTo(2_000_000);
  }

  @Test
  void completingTwiceIsAnError() {
    long ticket = tracker.track(0);
    tracker.track(1);
    tracker.complete(ticket);
    assertThatThrownBy(() -> tracker.complete(ticket)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tracker.complete(2)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void goingBackIsAnError() {
    tracker.track(5);
    assertThatThrownBy(() -> tracker.track(5)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void agreesWithANaiveModelWhateverTheOrder() {
    Random random = Seeds.random();
    for (int round = 0; round < 200; round++) {
      OffsetTracker real = new OffsetTracker();
      TreeMap<Long, Long> open = new TreeMap<>();
      long next = random.nextInt(1_000);
      long end = OffsetTracker.UNKNOWN;
      int bias = 1 + random.nextInt(99);
      for (int step = 0; step < 2_000; step++) {
        if (random.nextInt(100) < bias) {
          long offset = next + (random.nextInt(10) == 0 ? random.nextInt(50) : 0);
          open.put(offset, real.track(offset));
          next = offset + 1;
          end = next;
        } else if (!open.isEmpty()) {
          List<Long> offsets = new ArrayList<>(open.keySet());
          long offset = offsets.get(random.nextInt(offsets.size()));
          real.complete(open.remove(offset));
        } else if (end != OffsetTracker.UNKNOWN) {
          next += random.nextInt(3);
          end = next;
          real.advanceTo(next);
        }
        assertThat(real.watermark()).isEqualTo(open.isEmpty() ? end : open.firstKey());
      }
    }
  }
}
