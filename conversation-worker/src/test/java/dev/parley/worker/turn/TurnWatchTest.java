package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.storage.JobStore.Started;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TurnWatchTest {

  private static final Instant LONG_AGO = Submitted.NOW.minus(TurnWatch.MARK_AFTER);

  private final MemoryStores stores = new MemoryStores();
  private final RunningTurns running = new RunningTurns();
  private Instant now = Submitted.NOW;
  private final TurnWatch watch = new TurnWatch(running, stores, () -> now);

  @Test
  void onlyTurnsThatLastAreMarkedAndOnlyOnce() {
    running.begin(claimed("job_1"), 1, LONG_AGO);
    running.begin(claimed("job_2"), 1, LONG_AGO.plusMillis(1));

    watch.lookOnce();
    watch.lookOnce();

    assertThat(stores.started).containsExactly(new Started(new JobId("job_1"), 1, LONG_AGO));
  }

  @Test
  void aMarkThatDidNotReachTheStoreIsMadeAgain() {
    running.begin(claimed("job_1"), 1, LONG_AGO);
    stores.away = true;
    assertThatThrownBy(watch::lookOnce).isInstanceOf(StoreUnavailableException.class);

    stores.away = false;
    watch.lookOnce();

    assertThat(stores.started).hasSize(1);
  }

  @Test
  void theCallOfACancelledJobIsInterruptedAndNoOther() {
    RunningTurn other = running.begin(claimed("job_2"), 1, LONG_AGO);
    watch.lookOnce();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(other.end()).isFalse();

    RunningTurn turn = running.begin(claimed("job_1"), 1, LONG_AGO);
    stores.cancel(Submitted.SESSION.tenantId(), new JobId("job_1"), Submitted.NOW, Submitted.NOW);
    watch.lookOnce();

    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(turn.end()).isTrue();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void longCallsAreAskedAboutOftenEnoughForACancelAndNoMore() {
    running.begin(claimed("job_1"), 1, now);
    int rounds = 100;
    int longestPause = 0;
    int pause = 0;
    for (int i = 0; i < rounds; i++) {
      now = now.plusMillis(100);
      int before = stores.cancelledAsked.size();
      watch.lookOnce();
      pause = stores.cancelledAsked.size() > before ? 0 : pause + 1;
      longestPause = Math.max(longestPause, pause);
    }
    assertThat(longestPause).isLessThan(9);
    assertThat(stores.cancelledAsked).hasSizeLessThan(18).allMatch(jobs -> jobs == 1);
  }

  private JobId claimed(String job) {
    new Admitter(stores).admit(List.of(Submitted.record(job)));
    return new JobId(job);
  }
}
