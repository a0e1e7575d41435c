package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.pricing.ContextWindows;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.Submission.CompactionRequested;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.worker.context.Outline;
import dev.parley.worker.engine.Step;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.RetryBudget;
import dev.parley.worker.provider.RetryPolicy;
import dev.parley.worker.provider.RetryingProvider;
import dev.parley.worker.provider.Router;
import dev.parley.worker.routing.RoutePlanner;
import dev.parley.worker.routing.RoutingConfig.Choice;
import dev.parley.worker.routing.RoutingConfig.Match;
import dev.parley.worker.routing.RoutingConfig.Rule;
import dev.parley.worker.routing.RoutingConfig.Target;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CompactionRunnerTest {

  private static final Clock CLOCK = Clock.fixed(Submitted.NOW, ZoneOffset.UTC);
  private static final JobId JOB = new JobId("job_1");

  private final MemoryStores stores = new MemoryStores();
  private final RunningTurns running = new RunningTurns();
  private final FakeKafka kafka = new FakeKafka();
  private final Admission.CallHistory history = new Admission.CallHistory();
  private final FakeTurn inEngine = new FakeTurn(0);
  private final Fake provider = new Fake();
  private final FakeBudgets budgets = new FakeBudgets();
  private final CompactionRunner runner = newRunner();

  @Test
  void theOldestMessagesGo() throws Exception {
    Session session = session("system", 6);

    assertThat(run(request(CompactionStrategy.SLIDING_WINDOW, 2, null))).isEqualTo(new Step.Done());

    assertThat(texts()).containsExactly("system", "m4", "m5");
    assertThat(found().messageCount()).isEqualTo(3);
    assertThat(job().status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(job().compaction().compacted()).isTrue();
    assertThat(job().compaction().removedCount()).isEqualTo(4);
    assertThat(job().compaction().usage()).isNull();
    assertThat(found().totals()).isEqualTo(session.totals());
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void aSessionThatIsShortEnoughStaysAsItIs() throws Exception {
    Session session = session("system", 6);

    run(request(CompactionStrategy.SUMMARISE, 6, null));

    assertThat(found()).isEqualTo(session);
    assertThat(job().compaction().compacted()).isFalse();
    assertThat(job().compaction().removedCount()).isZero();
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void withoutLimitsWhatNoTurnWouldSendGoes() throws Exception {
    session(null, 13);

    run(request(CompactionStrategy.SLIDING_WINDOW, null, null));

    assertThat(texts()).hasSize(10).startsWith("m3");
  }

  @Test
  void aTokenLimitCountsWhatIsLeft() throws Exception {
    session("system", 6);

    run(request(CompactionStrategy.SLIDING_WINDOW, null, 6));

    assertThat(texts()).containsExactly("system", "m3", "m4", "m5");
  }

  @Test
  void aSummaryTakesThePlaceOfTheOldestMessages() throws Exception {
    session("system", 6);

    run(request(CompactionStrategy.SUMMARISE, 3, null));

    assertThat(texts()).containsExactly("system", Summariser.HEADING + "in short 1", "m4", "m5");
    Message summary = stores.sessions.messages(Submitted.SESSION, 1, 1).getFirst();
    assertThat(summary.pinned()).isTrue();
    assertThat(summary.metadata().get(Outline.SUMMARY_OF).intValue()).isEqualTo(4);
    String asked = provider.calls.getFirst().messages().getFirst().content().text();
    assertThat(asked).contains("user: m0", "assistant: m3").doesNotContain("m4");
    assertThat(job().compaction().removedCount()).isEqualTo(3);
    List<UsageEvent> usage = stores.usageOf(JOB);
    assertThat(usage).extracting(UsageEvent::eventId).containsExactly("job_1.1.1");
    assertThat(found().totals().inputTokens()).isEqualTo(10);
    assertThat(job().compaction().usage().costUSD()).isEqualByComparingTo("0.01");
    assertThat(kafka.outcomes()).hasSize(1);
    assertThat(kafka.usage()).hasSize(1);
  }

  @Test
  void beyondTheTenantsBudgetNoSummaryIsMade() throws Exception {
    session(null, 6);
    budgets.monthly = new BigDecimal("1.00");
    budgets.spent = new BigDecimal("0.995");

    run(request(CompactionStrategy.SUMMARISE, 3, null));

    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(job().error().code()).isEqualTo("budget_exceeded");
    assertThat(provider.calls).isEmpty();
    assertThat(texts()).hasSize(6);
  }

  @Test
  void whereCallsBeyondTheBudgetAreSkippedTheSessionStaysAsItIs() throws Exception {
    session(null, 6);
    budgets.monthly = BigDecimal.ZERO;
    budgets.action = BudgetAction.SKIP;

    run(request(CompactionStrategy.SUMMARISE, 3, null));

    assertThat(job().status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(job().compaction().compacted()).isFalse();
    assertThat(provider.calls).isEmpty();
    assertThat(texts()).hasSize(6);
  }

  @Test
  void theNextPieceIsCheckedWithWhatThoseBeforeItCost() throws Exception {
    create(
        null,
        IntStream.range(0, 6).mapToObj(i -> message(i, "m" + i + "x".repeat(1_500))).toList());
    budgets.monthly = new BigDecimal("0.025");

    run(request(CompactionStrategy.SUMMARISE, 2, null));

    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(provider.calls).hasSize(2);
    assertThat(stores.usageOf(JOB)).hasSize(2);
    assertThat(texts()).hasSize(6);
  }

  @Test
  void aSummaryIsMadeByTheNextRouteWhenTheFirstOneFails() throws Exception {
    session(null, 6);
    provider.failAt = 1;
    provider.failure = new Failure.Authentication();
    Rule rule =
        new Rule(
            "r",
            new Match(List.of(), List.of(), List.of(), List.of(), null, null),
            List.of(new Choice(new Target("fake", "first", "first"), 1)),
            List.of(new Target("fake", "second", "second")),
            false);
    Router router = new Router(Map.of("fake", retrying(provider)), List.of(), "m", "fake");

    newRunner(new RoutePlanner(router, List.of(rule), Map.of()))
        .run(request(CompactionStrategy.SUMMARISE, 3, null), claim(JOB), history, inEngine);

    assertThat(provider.calls).extracting(ProviderCall::model).containsExactly("first", "second");
    assertThat(texts()).first().isEqualTo(Summariser.HEADING + "in short 1");
    assertThat(stores.usageOf(JOB))
        .extracting(UsageEvent::routingDecision)
        .containsExactly("rule:r:primary:first -> rule:r:fallback:1:second");
  }

  @Test
  void aLaterSummaryTakesUpTheEarlierOne() throws Exception {
    session(null, 6);
    run(request(CompactionStrategy.SUMMARISE, 3, null));
    JobId second = new JobId("job_2");

    runner.run(
        request(second, CompactionStrategy.SUMMARISE, 2, null), claim(second), history(), inEngine);

    assertThat(texts()).containsExactly(Summariser.HEADING + "in short 2", "m5");
    assertThat(provider.calls.get(1).messages().getFirst().content().text())
        .contains("in short 1", "m4");
    Message summary = stores.sessions.messages(Submitted.SESSION, 0, 1).getFirst();
    assertThat(summary.metadata().get(Outline.SUMMARY_OF).intValue()).isEqualTo(5);
  }

  @Test
  void whatIsTooLongForOneCallIsSummarisedPieceByPiece() throws Exception {
    List<Message> messages =
        IntStream.range(0, 6).mapToObj(i -> message(i, "m" + i + "x".repeat(1_500))).toList();
    create(null, messages);

    run(request(CompactionStrategy.SUMMARISE, 2, null));

    assertThat(provider.calls).hasSize(5);
    assertThat(provider.calls.get(4).messages().getFirst().content().text())
        .startsWith("Earlier summary:\nin short 4")
        .contains("m4x");
    assertThat(stores.usageOf(JOB)).hasSize(5);
    assertThat(job().compaction().usage().inputTokens()).isEqualTo(50);
    assertThat(texts()).first().isEqualTo(Summariser.HEADING + "in short 5");
  }

  @Test
  void aCallThatIsTriedAgainLaterKeepsWhatWasPaidFor() throws Exception {
    List<Message> messages =
        IntStream.range(0, 6).mapToObj(i -> message(i, "m" + i + "x".repeat(1_500))).toList();
    create(null, messages);
    provider.failAt = 3;
    CompactionRequested request = request(CompactionStrategy.SUMMARISE, 2, null);
    int attempt = claim(JOB);

    assertThat(runner.run(request, attempt, history, inEngine)).isInstanceOf(Step.RetryAfter.class);
    assertThat(runner.run(request, attempt, history, inEngine)).isEqualTo(new Step.Done());

    assertThat(provider.calls).hasSize(6);
    assertThat(provider.calls.get(3).triesBefore()).isEqualTo(1);
    assertThat(stores.usageOf(JOB))
        .extracting(UsageEvent::eventId)
        .containsExactly("job_1.1.1", "job_1.1.2", "job_1.1.3", "job_1.1.4", "job_1.1.5");
  }

  @Test
  void aModelThatFailsOrSaysNothingLeavesTheSessionAsItWas() throws Exception {
    Session session = session("system", 6);
    provider.says = "  ";

    run(request(CompactionStrategy.SUMMARISE, 3, null));

    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(job().error().code()).isEqualTo("empty_summary");
    assertThat(found()).isEqualTo(session);
    assertThat(stores.usageOf(JOB)).hasSize(1);
  }

  @Test
  void aSessionThatIsGoneFailsTheJob() throws Exception {
    run(request(CompactionStrategy.SLIDING_WINDOW, 1, null));

    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(job().error()).isEqualTo(TurnEnding.SESSION_DELETED);
  }

  @Test
  void aJobThatWasCancelledWhileItWaitedChangesNothing() throws Exception {
    Session session = session(null, 6);
    int attempt = claim(JOB);
    stores.cancel(Submitted.SESSION.tenantId(), JOB, Submitted.NOW, Submitted.NOW);

    runner.run(request(CompactionStrategy.SUMMARISE, 2, null), attempt, history, inEngine);

    assertThat(provider.calls).isEmpty();
    assertThat(found()).isEqualTo(session);
    assertThat(job().status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(kafka.outcomes()).hasSize(1);
  }

  @Test
  void aCancelStopsTheModelAndKeepsTheBill() throws Exception {
    Session session = session(null, 6);
    int attempt = claim(JOB);
    provider.during =
        () -> {
          stores.cancel(Submitted.SESSION.tenantId(), JOB, Submitted.NOW, Submitted.NOW);
          running.find(JOB).cancel();
        };

    runner.run(request(CompactionStrategy.SUMMARISE, 2, null), attempt, history, inEngine);

    assertThat(job().status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(found()).isEqualTo(session);
    assertThat(stores.usageOf(JOB)).hasSize(1);
    assertThat(Thread.interrupted()).isFalse();
  }

  private Step run(CompactionRequested request) throws InterruptedException {
    return runner.run(request, claim(request.jobId()), history, inEngine);
  }

  private static Admission.CallHistory history() {
    return new Admission.CallHistory();
  }

  private int claim(JobId job) {
    return ((Claim.Claimed)
            stores
                .claim(
                    List.of(
                        new ClaimRequest(job, Submitted.SESSION, Submitted.NOW, null, null, null)))
                .getFirst())
        .attempt();
  }

  private Session session(@Nullable String system, int count) {
    return create(system, IntStream.range(0, count).mapToObj(i -> message(i, "m" + i)).toList());
  }

  private Session create(@Nullable String system, List<Message> messages) {
    stores.sessions.create(
        new NewSession(
            Submitted.SESSION, Submitted.NOW, system, messages, null, null, null, null, null));
    return found();
  }

  private static Message message(int i, String text) {
    return Message.of(
        i % 2 == 0 ? Role.USER : Role.ASSISTANT, Content.of(text), Submitted.NOW, null);
  }

  private Session found() {
    return stores.sessions.find(Submitted.SESSION);
  }

  private Job job() {
    return stores.job("job_1");
  }

  private List<String> texts() {
    return stores.sessions.messages(Submitted.SESSION, 0, 100).stream()
        .map(message -> message.content().text())
        .toList();
  }

  private static CompactionRequested request(
      CompactionStrategy strategy, @Nullable Integer maxMessages, @Nullable Integer maxTokens) {
    return request(JOB, strategy, maxMessages, maxTokens);
  }

  private static CompactionRequested request(
      JobId job,
      CompactionStrategy strategy,
      @Nullable Integer maxMessages,
      @Nullable Integer maxTokens) {
    return new CompactionRequested(
        job,
        Submitted.SESSION.tenantId(),
        Submitted.SESSION.sessionId(),
        Submitted.NOW,
        strategy,
        maxMessages,
        maxTokens,
        null);
  }

  private CompactionRunner newRunner() {
    return newRunner(
        RoutePlanner.of(new Router(Map.of("fake", retrying(provider)), List.of(), "m", "fake")));
  }

  private CompactionRunner newRunner(RoutePlanner routes) {
    Pricing pricing = (name, model, usage, at) -> new Pricing.Priced(new BigDecimal("0.01"), "1");
    Metering metering = new Metering(pricing);
    BudgetGuard guard = budgets.guard(pricing, CLOCK.instant());
    // pieces of 2,000 characters
    TurnSettings settings =
        new TurnSettings(
            10,
            1_000,
            1_000,
            Deadlines.DEFAULT,
            CompactionStrategy.SLIDING_WINDOW,
            400,
            ContextWindows.bundled());
    TurnEnding ending =
        new TurnEnding(
            stores,
            new Publisher(kafka, new Random(1)),
            event -> {},
            new TurnMetrics(new SimpleMeterRegistry()));
    return new CompactionRunner(
        stores,
        routes,
        guard,
        new TurnEnds(metering, message -> 2, CLOCK),
        running,
        ending,
        settings,
        new Summariser(stores, metering, guard, settings, CLOCK),
        message -> 2);
  }

  private static ChatProvider retrying(ChatProvider provider) {
    return new RetryingProvider(
        provider,
        RetryPolicy.DEFAULT,
        new RetryBudget(1, 0, 10, () -> 0),
        new Random(1),
        System::nanoTime,
        Thread::sleep);
  }

  private static final class Fake implements ChatProvider {
    final List<ProviderCall> calls = new ArrayList<>();
    @Nullable String says;
    @Nullable Runnable during;
    int failAt;
    Failure failure = new Failure.RateLimited(Duration.ofSeconds(5));

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener)
        throws ProviderException, InterruptedException {
      calls.add(call);
      if (calls.size() == failAt) {
        throw new ProviderException(failure, null);
      }
      listener.onStarted("m");
      if (during != null) {
        during.run();
        Thread.sleep(10_000);
      }
      int answered = calls.size() - (failAt > 0 && calls.size() > failAt ? 1 : 0);
      return new ProviderReply(
          List.of(new Part.Text(says == null ? "in short " + answered : says)),
          FinishReason.STOP,
          ProviderUsage.of(10, 20),
          "m",
          null);
    }
  }
}
