package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.Topics;
import dev.parley.storage.StoreUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DeadLettersTest {

  private static final byte[] DAMAGED = Submitted.utf8("{damaged");
  private static final String KEY = Submitted.SESSION.recordKey();

  private final MemoryStores stores = new MemoryStores();
  private final FakeKafka kafka = new FakeKafka();
  private final TurnEnding ending =
      new TurnEnding(
          stores,
          new Publisher(kafka, new Random(1)),
          event -> {},
          new TurnMetrics(new SimpleMeterRegistry()));
  private final DeadLetters letters =
      new DeadLetters(kafka, stores, ending, Clock.fixed(Submitted.NOW, ZoneOffset.UTC));

  @Test
  void aRecordIsKeptAsItCameAndItsJobFails() throws Exception {
    letters.accept(Submitted.record(KEY, DAMAGED, "1", "job_1"), "undecodable", "why");

    var letter = kafka.sent(Topics.DEAD_LETTERS).getFirst();
    assertThat(letter.value()).isEqualTo(DAMAGED);
    assertThat(FakeKafka.header(letter, Headers.JOB_ID)).isEqualTo("job_1");
    assertThat(FakeKafka.header(letter, Headers.DEAD_LETTER_REASON)).isEqualTo("undecodable");
    assertThat(FakeKafka.header(letter, Headers.DEAD_LETTER_PARTITION)).isEqualTo("3");
    assertThat(FakeKafka.header(letter, Headers.DEAD_LETTER_OFFSET)).isEqualTo("42");
    assertThat(stores.status("job_1")).isEqualTo(JobStatus.FAILED);
    assertThat(((JobOutcome.Failed) kafka.outcomes().getFirst()).error().code())
        .isEqualTo("dead_lettered");
  }

  @Test
  void aRecordOfNobodyIsOnlyPutAside() throws Exception {
    letters.accept(Submitted.record("nobody", DAMAGED, "1", "job_1"), "invalid_key", "why");

    assertThat(kafka.sent(Topics.DEAD_LETTERS)).hasSize(1);
    assertThat(kafka.outcomes()).isEmpty();
    assertThat(stores.claims).isEmpty();
  }

  @Test
  void whileTheStoreIsAwayNoLetterIsWrittenWithEachTry() {
    stores.away = true;

    for (int tries = 0; tries < 3; tries++) {
      assertThatThrownBy(() -> letters.accept(Submitted.record("job_1"), "exhausted", "why"))
          .isInstanceOf(StoreUnavailableException.class);
    }

    assertThat(kafka.history()).isEmpty();
  }

  @Test
  void aJobThatHasEndedIsPublishedAgain() throws Exception {
    stores.cancel(Submitted.SESSION.tenantId(), new JobId("job_1"), Submitted.NOW, Submitted.NOW);

    letters.accept(Submitted.record("job_1"), "exhausted", "why");

    assertThat(kafka.outcomes()).singleElement().isInstanceOf(JobOutcome.Cancelled.class);
  }

  @Test
  void aRecordThatIsTooLargeIsPutAsideWithoutItsValue() throws Exception {
    kafka.maxBytes = 1_000;
    byte[] large = Submitted.utf8("x".repeat(2_000));

    letters.accept(Submitted.record(KEY, large, "1", "job_1"), "undecodable", "why");

    var letter = kafka.sent(Topics.DEAD_LETTERS).getFirst();
    assertThat(letter.value()).isNull();
    assertThat(FakeKafka.leftOut(letter)).isEqualTo("value");
    assertThat(stores.status("job_1")).isEqualTo(JobStatus.FAILED);
  }
}
