package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
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
    tracker.track(7);
    tracker.track(8);
    tracker.complete(8);
    assertThat(tracker.watermark()).isEqualTo(7);
    tracker.complete(7);
    assertThat(tracker.watermark()).isEqualTo(9);
  }

  @Test
  void gapsDoNotHoldItUp() {
    tracker.track(3);
    tracker.track(1_000_000);
    tracker.complete(3);
    assertThat(tracker.watermark()).isEqualTo(1_000_000);
    tracker.advanceTo(2_000_000);
    assertThat(tracker.watermark()).isEqualTo(1_000_000);
    tracker.complete(1_000_000);
    assertThat(tracker.watermark()).isEqualTo(2_000_000);
  }

  @Test
  void completingTwiceIsAnError() {
    tracker.track(0);
    tracker.track(1);
    tracker.complete(0);
    assertThatThrownBy(() -> tracker.complete(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tracker.complete(2)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aHoleBeyondMeasureIsAnErrorAndNotAllMemory() {
    tracker.track(5);
    assertThatThrownBy(() -> tracker.track(5_000_000_000L))
        .isInstanceOf(IllegalStateException.class);
    tracker.complete(5);
    tracker.track(5_000_000_000L);
    assertThat(tracker.watermark()).isEqualTo(5_000_000_000L);
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
      TreeSet<Long> open = new TreeSet<>();
      long next = random.nextInt(1_000);
      long end = OffsetTracker.UNKNOWN;
      int bias = 1 + random.nextInt(99);
      for (int step = 0; step < 2_000; step++) {
        if (random.nextInt(100) < bias) {
          long offset = next + (random.nextInt(10) == 0 ? random.nextInt(50) : 0);
          real.track(offset);
          open.add(offset);
          next = offset + 1;
          end = next;
        } else if (!open.isEmpty()) {
          List<Long> offsets = new ArrayList<>(open);
          long offset = offsets.get(random.nextInt(offsets.size()));
          open.remove(offset);
          real.complete(offset);
        } else if (end != OffsetTracker.UNKNOWN) {
          next += random.nextInt(3);
          end = next;
          real.advanceTo(next);
        }
        assertThat(real.watermark()).isEqualTo(open.isEmpty() ? end : open.first());
      }
    }
  }
}
