package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.IdempotencyStore.Claim;
import dev.parley.storage.IdempotencyStore.KeyedRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link IdempotencyStore} does. */
public abstract class IdempotencyStoreContract {

  private static final Instant HELD = NOW.plusSeconds(10);
  private static final Instant NEXT_DAY = NOW.plus(IdempotencyStore.REMEMBERED);

  protected abstract IdempotencyStore keys();

  private static KeyedRequest request(TenantId tenant) {
    return new KeyedRequest(tenant, "sha-of-key", "sha-of-request");
  }

  @Test
  void a_new_key_is_tied_to_the_job_and_held_by_whoever_came_first() {
    KeyedRequest request = request(Samples.tenant());
    JobId job = Samples.job();

    assertThat(keys().find(request, NOW)).isNull();
    assertThat(keys().claim(request, job, NOW, HELD)).isEqualTo(new Claim.Granted(job, true));
    assertThat(keys().claim(request, Samples.job(), NOW, HELD)).isEqualTo(new Claim.Held(job));
    assertThat(keys().find(request, NOW)).isEqualTo(new Claim.Held(job));
  }

  @Test
  void once_published_it_stays_so_for_a_day() {
    KeyedRequest request = request(Samples.tenant());
    JobId job = Samples.job();
    keys().claim(request, job, NOW, HELD);
    keys().published(request, job);
    keys().release(request, job);

    assertThat(keys().claim(request, Samples.job(), NEXT_DAY.minusMillis(1), NEXT_DAY))
        .isEqualTo(new Claim.Published(job));
  }

  @Test
  void another_request_under_the_key_is_told_so_and_changes_nothing() {
    KeyedRequest request = request(Samples.tenant());
    KeyedRequest other = new KeyedRequest(request.tenantId(), request.keySha256(), "other");
    JobId job = Samples.job();
    keys().claim(request, job, NOW, HELD);

    assertThat(keys().claim(other, Samples.job(), HELD, HELD.plusSeconds(1)))
        .isEqualTo(new Claim.OtherRequest());
    assertThat(keys().find(other, NOW)).isEqualTo(new Claim.OtherRequest());
    keys().published(request, job);
    assertThat(keys().claim(other, Samples.job(), HELD, HELD.plusSeconds(1)))
        .isEqualTo(new Claim.OtherRequest());
    assertThat(keys().find(request, NOW)).isEqualTo(new Claim.Published(job));
  }

  @Test
  void what_was_left_undone_is_taken_over_under_the_same_job() {
    KeyedRequest request = request(Samples.tenant());
    JobId job = Samples.job();
    keys().claim(request, job, NOW, HELD);

    assertThat(keys().claim(request, Samples.job(), HELD.minusMillis(1), HELD))
        .isEqualTo(new Claim.Held(job));
    assertThat(keys().claim(request, Samples.job(), HELD, HELD.plusSeconds(10)))
        .isEqualTo(new Claim.Granted(job, false));
    assertThat(keys().claim(request, Samples.job(), HELD.plusSeconds(1), HELD.plusSeconds(11)))
        .isEqualTo(new Claim.Held(job));
  }

  @Test
  void what_was_given_back_may_be_taken_at_once() {
    KeyedRequest request = request(Samples.tenant());
    JobId job = Samples.job();
    keys().claim(request, job, NOW, HELD);
    keys().release(request, Samples.job());
    assertThat(keys().claim(request, Samples.job(), NOW, HELD)).isEqualTo(new Claim.Held(job));
    keys().release(request, job);
    assertThat(keys().claim(request, Samples.job(), NOW, HELD))
        .isEqualTo(new Claim.Granted(job, false));
  }

  @Test
  void after_a_day_the_key_is_new_again() {
    KeyedRequest request = request(Samples.tenant());
    JobId job = Samples.job();
    keys().claim(request, job, NOW, HELD);
    keys().published(request, job);
    KeyedRequest other = new KeyedRequest(request.tenantId(), request.keySha256(), "other");
    JobId next = Samples.job();

    assertThat(keys().find(request, NEXT_DAY)).isNull();
    assertThat(keys().claim(other, next, NEXT_DAY, NEXT_DAY.plusSeconds(10)))
        .isEqualTo(new Claim.Granted(next, true));
    keys().published(request, job);
    assertThat(keys().find(other, NEXT_DAY)).isEqualTo(new Claim.Held(next));
    assertThat(keys().find(request, NEXT_DAY)).isEqualTo(new Claim.OtherRequest());
  }

  @Test
  void a_purge_forgets_what_is_a_day_old_and_nothing_else() {
    KeyedRequest old = request(Samples.tenant());
    KeyedRequest young = request(Samples.tenant());
    JobId job = Samples.job();
    keys().claim(old, Samples.job(), NOW, HELD);
    keys().claim(young, job, NOW.plusMillis(1), HELD);

    assertThat(keys().purge(NEXT_DAY)).isPositive();
    assertThat(keys().find(old, NOW)).isNull();
    assertThat(keys().find(young, NOW)).isEqualTo(new Claim.Held(job));
  }

  @Test
  void the_same_key_of_another_tenant_is_another_key() {
    KeyedRequest mine = request(Samples.tenant());
    KeyedRequest theirs = request(Samples.tenant());
    JobId job = Samples.job();
    JobId other = Samples.job();
    keys().claim(mine, job, NOW, HELD);

    assertThat(keys().find(theirs, NOW)).isNull();
    assertThat(keys().claim(theirs, other, NOW, HELD)).isEqualTo(new Claim.Granted(other, true));
    keys().published(theirs, other);
    assertThat(keys().find(mine, NOW)).isEqualTo(new Claim.Held(job));
  }

  @Test
  void of_many_at_once_one_is_given_leave_and_all_are_told_the_same_job() throws Exception {
    KeyedRequest request = request(Samples.tenant());
    List<Callable<Claim>> claims =
        IntStream.range(0, 16)
            .<Callable<Claim>>mapToObj(i -> () -> keys().claim(request, Samples.job(), NOW, HELD))
            .toList();
    List<JobId> granted = new ArrayList<>();
    List<JobId> held = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var answer : executor.invokeAll(claims)) {
        switch (answer.get()) {
          case Claim.Granted(JobId job, boolean _) -> granted.add(job);
          case Claim.Held(JobId job) -> held.add(job);
          case Claim.Published _, Claim.OtherRequest _ -> throw new AssertionError();
        }
      }
    }
    assertThat(granted).hasSize(1);
    assertThat(held).hasSize(15).containsOnly(granted.getFirst());
  }
}
