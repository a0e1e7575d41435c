package dev.parley.worker.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.storage.live.InMemoryLiveEvents;
import dev.parley.storage.live.LiveEvent;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.provider.ProviderUsage;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class CallReportTest {

  private static final JobId JOB = new JobId("job_1");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

  private final InMemoryLiveEvents events = new InMemoryLiveEvents();

  @Test
  void deltasOfOneKindThatFollowEachOtherBecomeOneEvent() {
    try (CallReport report = report(1, 0)) {
      report.started();
      report.onStarted("m");
      report.onReasoningStarted();
      report.onReasoningDelta("th");
      report.onReasoningDelta("ink");
      report.onReasoningCompleted();
      report.onText("a");
      report.onText("b");
      report.flush();
      report.onText("c");
      report.onUsage(ProviderUsage.of(1, 2));
    }

    assertThat(told())
        .extracting(LiveEvent::type)
        .containsExactly(
            "session.message.started",
            "response.started",
            "response.reasoning.started",
            "response.reasoning.delta",
            "response.reasoning.completed",
            "response.text.delta",
            "response.text.delta",
            "response.usage.updated");
    assertThat(told())
        .filteredOn(event -> event.type().endsWith(".delta"))
        .extracting(event -> event.data().path("delta").textValue())
        .containsExactly("think", "ab", "c");
  }

  @Test
  void theSequenceGrowsAcrossAttempts() {
    try (CallReport first = report(1, 0)) {
      first.started();
      first.onStarted("m");
    }
    try (CallReport second = report(2, 0)) {
      second.started();
    }

    assertThat(told())
        .extracting(LiveEvent::sequence)
        .containsExactly(
            LiveEvent.sequence(1, 1),
            LiveEvent.sequence(1, 2),
            LiveEvent.sequence(2, 1),
            LiveEvent.sequence(2, 2));
    assertThat(told().get(2).type()).isEqualTo("response.retry");
  }

  @Test
  void aSecondCallOfTheSameAttemptGoesOnBehindTheFirst() {
    int before;
    try (CallReport first = report(1, 0)) {
      first.started();
      first.onRetry(2, "provider_overloaded");
      before = first.events();
    }
    try (CallReport second = report(1, before)) {
      second.started();
      second.onStarted("m");
    }

    assertThat(told())
        .extracting(LiveEvent::type)
        .containsExactly("session.message.started", "response.retry", "response.started");
  }

  @Test
  void whatCannotBeHandedOverBreaksNeitherTheCallNorTheNextEvents() {
    List<LiveEvent> arrived = new ArrayList<>();
    Flaky flaky = new Flaky(arrived);
    CallReport report = new CallReport(JOB, 1, 0, flaky, CLOCK, closed -> {});
    report.onText("lost");
    report.flush();
    flaky.broken = false;
    report.onText("heard");
    report.close();

    assertThat(arrived)
        .extracting(event -> event.data().path("delta").textValue())
        .containsExactly("heard");
  }

  private CallReport report(int attempt, int before) {
    return new CallReport(JOB, attempt, before, events, CLOCK, closed -> {});
  }

  private List<LiveEvent> told() {
    return events.read(JOB, 0, 100);
  }

  private static final class Flaky implements LiveEvents {
    private final List<LiveEvent> arrived;
    boolean broken = true;

    Flaky(List<LiveEvent> arrived) {
      this.arrived = arrived;
    }

    @Override
    public void append(JobId jobId, List<LiveEvent> events) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      arrived.addAll(events);
    }

    @Override
    public List<LiveEvent> read(JobId jobId, long after, int limit) {
      return List.of();
    }

    @Override
    public Subscription subscribe(JobId jobId, Consumer<LiveEvent> listener) {
      return () -> {};
    }
  }
}
