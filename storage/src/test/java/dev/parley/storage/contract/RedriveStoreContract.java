package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.storage.RedriveStore;
import dev.parley.storage.RedriveStore.Claim;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link RedriveStore} does. */
public abstract class RedriveStoreContract {

  private final String letter = "7-" + Samples.tenant();

  protected abstract RedriveStore store();

  @Test
  void a_letter_is_given_to_one_until_it_was_sent() {
    assertThat(store().claim(letter, NOW)).isEqualTo(new Claim.Granted());
    assertThat(store().claim(letter, NOW.plusSeconds(59))).isEqualTo(new Claim.Held());
    assertThat(store().redriven(List.of(letter))).isEmpty();

    store().done(letter, NOW.plusSeconds(2).plusNanos(5));
    assertThat(store().claim(letter, NOW.plusSeconds(300)))
        .isEqualTo(new Claim.Done(NOW.plusSeconds(2)));
    assertThat(store().redriven(List.of(letter, "other")))
        .isEqualTo(Map.of(letter, NOW.plusSeconds(2)));
  }

  @Test
  void who_does_not_send_it_after_all_or_dies_leaves_it_to_others() {
    store().claim(letter, NOW);
    store().release(letter);
    assertThat(store().claim(letter, NOW)).isEqualTo(new Claim.Granted());
    assertThat(store().claim(letter, NOW.plusSeconds(60))).isEqualTo(new Claim.Granted());
  }

  @Test
  void what_was_sent_cannot_be_given_back() {
    store().claim(letter, NOW);
    store().done(letter, NOW);
    store().release(letter);
    assertThat(store().claim(letter, NOW)).isEqualTo(new Claim.Done(NOW));
  }

  @Test
  void of_many_at_once_one_is_given_leave() throws Exception {
    List<Callable<Claim>> all =
        IntStream.range(0, 8)
            .<Callable<Claim>>mapToObj(i -> () -> store().claim(letter, NOW))
            .toList();
    int granted = 0;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var claim : executor.invokeAll(all)) {
        granted += claim.get() instanceof Claim.Granted ? 1 : 0;
      }
    }
    assertThat(granted).isEqualTo(1);
  }
}
