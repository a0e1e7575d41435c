package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.engine.Route;
import dev.parley.worker.engine.Step;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router;
import dev.parley.worker.routing.RoutePlanner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

final class ChatWorkloadTest {

  private static final Clock CLOCK = Clock.fixed(Submitted.NOW, ZoneOffset.UTC);

  private final MemoryStores stores = new MemoryStores();
  private final FakeKafka kafka = new FakeKafka();
  private final Echo provider = new Echo();
  private final ChatWorkload workload = newWorkload();

  @Test
  void aRecordBelongsToTheLaneOfItsSession() {
    assertThat(workload.route(Submitted.record("job_1"))).isEqualTo(new Route.Lane("acme", "s1"));
    assertThat(workload.route(Submitted.record("nobody", new byte[0], "1", "job_1")))
        .isInstanceOf(Route.Poison.class);
  }

  @Test
  void aJobThatComesTwiceIsAnsweredOnceAndPublishedTwice() throws Exception {
    var record = Submitted.record("job_1");
    List<Admission> admissions = workload.admit(List.of(record, record));

    assertThat(workload.perform(record, admissions.get(0), new FakeTurn(0)))
        .isEqualTo(new Step.Done());
    assertThat(workload.perform(record, admissions.get(1), new FakeTurn(0)))
        .isEqualTo(new Step.Done());

    assertThat(provider.calls).isEqualTo(1);
    assertThat(stores.sessions.messages(Submitted.SESSION, 0, 10)).hasSize(2);
    assertThat(kafka.outcomes()).hasSize(2);
    assertThat(kafka.usage()).extracting("eventId").containsExactly("job_1.1.1", "job_1.1.1");
  }

  @Test
  void aTurnThatWasFencedClaimsAgain() throws Exception {
    var record = Submitted.record("job_1");
    Admission admission = workload.admit(List.of(record)).getFirst();
    stores.jobs.claim(
        List.of(
            new ClaimRequest(
                new JobId("job_1"), Submitted.SESSION, Submitted.NOW, null, null, null)));

    Step fenced = workload.perform(record, admission, new FakeTurn(0));
    assertThat(fenced).isInstanceOf(Step.RetryAfter.class);
    assertThat(stores.sessions.messages(Submitted.SESSION, 0, 10)).isEmpty();

    assertThat(workload.perform(record, admission, new FakeTurn(1))).isEqualTo(new Step.Done());
    assertThat(stores.job("job_1").attempts()).isEqualTo(3);
    assertThat(stores.status("job_1")).isEqualTo(JobStatus.COMPLETED);
    assertThat(stores.sessions.messages(Submitted.SESSION, 0, 10)).hasSize(2);
  }

  @Test
  void aCancelledJobOnlyHasItsOutcomePublished() throws Exception {
    stores.cancel(Submitted.SESSION.tenantId(), new JobId("job_1"), Submitted.NOW, Submitted.NOW);

    assertThat(performed(Submitted.record("job_1"), 0)).isEqualTo(new Step.Done());

    assertThat(provider.calls).isZero();
    assertThat(kafka.outcomes()).singleElement().isInstanceOf(JobOutcome.Cancelled.class);
  }

  @Test
  void aStoreThatIsAwayParksTheRecord() throws Exception {
    var record = Submitted.record("job_1");
    Admission admission = workload.admit(List.of(record)).getFirst();
    stores.away = true;

    assertThat(workload.perform(record, admission, new FakeTurn(0)))
        .isEqualTo(new Step.RetryAfter(Duration.ofMillis(500), "store_unavailable"));
    assertThat(provider.calls).isZero();
  }

  @Test
  void whatANewerReleaseWroteWaitsForOneAndIsThenPutAside() throws Exception {
    var record = Submitted.record("acme/s1", Submitted.utf8("{}"), "3", "job_1");

    assertThat(performed(record, 0)).isInstanceOf(Step.RetryAfter.class);
    assertThat(performed(record, 360))
        .isEqualTo(new Step.DeadLetter("newer_release", "schema version 3"));
  }

  @Test
  void whatNobodyCanReadIsPutAside() throws Exception {
    var record = Submitted.record("acme/s1", Submitted.utf8("{"), "1", "job_1");

    assertThat(performed(record, 0))
        .isInstanceOfSatisfying(
            Step.DeadLetter.class, letter -> assertThat(letter.reason()).isEqualTo("undecodable"));
  }

  private Step performed(ConsumerRecord<byte[], byte[]> record, int tries) throws Exception {
    return workload.perform(
        record, workload.admit(List.of(record)).getFirst(), new FakeTurn(tries));
  }

  private ChatWorkload newWorkload() {
    TurnEnding ending =
        new TurnEnding(
            stores,
            new Publisher(kafka, new Random(1)),
            event -> {},
            new TurnMetrics(new SimpleMeterRegistry()));
    Metering metering =
        new Metering((name, model, usage, at) -> new Pricing.Priced(new BigDecimal("0.01"), "1"));
    TurnEnds ends = new TurnEnds(metering, message -> 1, CLOCK);
    Router router = new Router(Map.of("fake", provider), List.of(), "m", "fake");
    RunningTurns running = new RunningTurns();
    TurnSettings settings = new TurnSettings(100, 100_000, 1_000, Deadlines.DEFAULT);
    BudgetGuard guard =
        new FakeBudgets()
            .guard((name, model, usage, at) -> new Pricing.Priced(null, "1"), CLOCK.instant());
    Summariser summariser = new Summariser(stores, metering, guard, settings, CLOCK);
    TurnRunner runner =
        new TurnRunner(
            stores,
            RoutePlanner.of(router),
            new FakeBudgets()
                .guard(
                    (name, model, usage, at) -> new Pricing.Priced(new BigDecimal("0.01"), "1"),
                    CLOCK.instant()),
            new TurnMetrics(new SimpleMeterRegistry()),
            ends,
            running,
            ending,
            settings,
            new LiveReporter(LiveEvents.NONE, CLOCK),
            new TurnContext(summariser, running, settings, message -> 1));
    CompactionRunner compactions =
        new CompactionRunner(
            stores,
            RoutePlanner.of(router),
            guard,
            ends,
            running,
            ending,
            settings,
            summariser,
            message -> 1);
    return new ChatWorkload(new Admitter(stores), runner, compactions, ending);
  }

  private static final class Echo implements ChatProvider {
    int calls;

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener) {
      calls++;
      return new ProviderReply(
          List.of(new Part.Text("hi")), FinishReason.STOP, ProviderUsage.of(1, 2), "m", null);
    }
  }
}
