package dev.parley.ingest.messages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.messages.Acknowledgements.Acknowledgement;
import dev.parley.ingest.messages.SubmissionLog.TooLargeException;
import dev.parley.ingest.messages.SubmissionLog.UnavailableException;
import dev.parley.schemas.JobId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

final class AcknowledgementsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final List<JobId> failed = new ArrayList<>();
  // Where ticks begin is nobody's business, and they may go over their end.
  private long now = Long.MAX_VALUE - TIMEOUT.toNanos() / 2;
  private final Acknowledgements all = new Acknowledgements(TIMEOUT, () -> now);

  private Acknowledgement expect(String job) {
    Acknowledgement sent = new Acknowledgement(new JobId(job), failed::add);
    all.watch(sent);
    return sent;
  }

  @Test
  void whatKafkaAcknowledgedIsDoneAndNeverOverdue() {
    Acknowledgement first = expect("job_1");
    first.onCompletion(null, null);
    now += 2 * TIMEOUT.toNanos();
    all.failOverdue();
    assertThat(first).isCompletedWithValue(null);
    assertThat(failed).isEmpty();
  }

  @Test
  void whatKafkaGaveUpFailsOnceAndTellsTheJobBefore() {
    Acknowledgement large = expect("job_1");
    Acknowledgement other = expect("job_2");
    List<JobId> failedBefore = new ArrayList<>();
    var _ = other.whenComplete((done, e) -> failedBefore.addAll(failed));
    large.onCompletion(null, new RecordTooLargeException());
    other.onCompletion(null, new NotEnoughReplicasException("no"));
    other.onCompletion(null, new NotEnoughReplicasException("no"));
    assertThat(large.exceptionNow()).isInstanceOf(TooLargeException.class);
    assertThat(other.exceptionNow()).isInstanceOf(UnavailableException.class);
    assertThat(failed).containsExactly(new JobId("job_1"), new JobId("job_2"));
    assertThat(failedBefore).isEqualTo(failed);
  }

  @Test
  void whatNeverComesFailsWhenItsTimeIsOver() {
    Acknowledgement first = expect("job_1");
    now += TIMEOUT.toNanos() - 1;
    Acknowledgement second = expect("job_2");
    all.failOverdue();
    assertThat(first).isNotDone();

    now += 1;
    all.failOverdue();
    assertThat(first.exceptionNow()).isInstanceOf(UnavailableException.class);
    assertThat(second).isNotDone();
    assertThat(failed).containsExactly(new JobId("job_1"));

    now += TIMEOUT.toNanos();
    all.failOverdue();
    assertThat(second.exceptionNow()).isInstanceOf(UnavailableException.class);
    // It came after all: too late.
    first.onCompletion(null, null);
    assertThat(first).isCompletedExceptionally();
  }

  @Test
  void oneThatIsLateHidesNoneBehindIt() {
    Acknowledgement late = expect("job_1");
    Acknowledgement done = expect("job_2");
    Acknowledgement lost = expect("job_3");
    done.onCompletion(null, null);
    all.failOverdue();
    assertThat(all.watched()).isEqualTo(2);
    late.onCompletion(null, null);
    now += TIMEOUT.toNanos();
    all.failOverdue();
    assertThat(all.watched()).isZero();
    assertThat(late).isCompletedWithValue(null);
    assertThat(lost).isCompletedExceptionally();
    assertThat(failed).containsExactly(new JobId("job_3"));
  }

  @Test
  void nobodyWaitsForWhatIsClosed() {
    Acknowledgement done = expect("job_1");
    Acknowledgement open = expect("job_2");
    done.onCompletion(null, null);
    all.failAll();
    assertThat(done).isCompletedWithValue(null);
    assertThat(open.exceptionNow()).isInstanceOf(UnavailableException.class);
    assertThat(failed).containsExactly(new JobId("job_2"));
    assertThat(all.watched()).isZero();
  }
}
