package dev.parley.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ComponentsTest {

  private static Component checked(String name, Runnable check) {
    return Component.of(name, () -> {}, check, () -> {});
  }

  @Test
  void health_is_told_by_name_with_its_cause() {
    Components components =
        new Components(
            List.of(
                checked("a", () -> {}),
                checked(
                    "b",
                    () -> {
                      throw new IllegalStateException("no such thing");
                    })));
    assertThat(components.check())
        .isEqualTo(Map.of("a", Health.UP, "b", Health.down("no such thing")));
  }

  @Test
  void a_component_that_hangs_is_down_at_once_and_is_not_asked_twice() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    Components components =
        new Components(
            List.of(
                checked("quick", () -> {}),
                checked(
                    "hanging",
                    () -> {
                      asked.incrementAndGet();
                      try {
                        go.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                    })));
    long begin = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      assertThat(components.check())
          .isEqualTo(
              Map.of(
                  "quick", Health.UP, "hanging", Health.down("hanging does not answer in time")));
    }
    assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L);
    assertThat(asked).hasValue(1);

    go.countDown();
    while (!components.check().get("hanging").equals(Health.UP)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void one_that_was_down_stays_so_by_its_cause_while_it_is_asked_again() {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    Components components =
        new Components(
            List.of(
                checked(
                    "store",
                    () -> {
                      if (asked.incrementAndGet() > 1) {
                        try {
                          never.await();
                        } catch (InterruptedException e) {
                          throw new IllegalStateException(e);
                        }
                      }
                      throw new IllegalStateException("refused");
                    })));
    assertThat(components.check()).isEqualTo(Map.of("store", Health.down("refused")));
    assertThat(components.check()).isEqualTo(Map.of("store", Health.down("refused")));
    never.countDown();
  }
}
