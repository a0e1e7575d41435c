package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.engine.Step;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderException.Partial;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router;
import dev.parley.worker.routing.RoutePlanner;
import dev.parley.worker.routing.RoutingConfig.Choice;
import dev.parley.worker.routing.RoutingConfig.Match;
import dev.parley.worker.routing.RoutingConfig.Rule;
import dev.parley.worker.routing.RoutingConfig.Target;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Turns that have a choice of routes, and budgets: a token costs a thousandth of a dollar. */
final class RoutedTurnTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");
  private static final SessionKey SESSION =
      new SessionKey(new TenantId("acme"), new SessionId("s1"));
  private static final JobId JOB = new JobId("job_1");
  private static final Partial PAID =
      new Partial(false, List.of(), ProviderUsage.of(10, 0), "first-1", null);

  private final FakeTurnStores stores = new FakeTurnStores();
  private final FakeBudgets budgets = new FakeBudgets();
  private final MockProducer<byte[], byte[]> kafka =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final Admission.CallHistory history = new Admission.CallHistory();
  private final Scripted first = new Scripted("first");
  private final Scripted second = new Scripted("second");
  private boolean overflow;
  private boolean priced = true;
  private @Nullable BudgetGuard guard;

  @AfterEach
  void close() {
    if (guard != null) {
      guard.close();
    }
  }

  @Test
  void whenTheFirstRouteFailsTheNextOneAnswersAndTheDecisionTellsBoth() throws Exception {
    first.fails(new Failure.Overloaded(null), Partial.NONE, null);

    run(TurnOptions.NONE);

    assertThat(response().text()).isEqualTo("from second");
    assertThat(response().provider()).isEqualTo("second");
    assertThat(response().routingDecision())
        .isEqualTo("rule:main:primary:a -> rule:main:fallback:1:b");
    assertThat(usage()).extracting(UsageEvent::eventId).containsExactly("job_1.1.1");
    assertThat(usage().getFirst().routingDecision()).isEqualTo(response().routingDecision());
  }

  @Test
  void nothingGoesElsewhereAfterVisibleOutput() throws Exception {
    first.fails(
        new Failure.BrokenStream(),
        new Partial(true, List.of(new Part.Text("hel")), null, "first-1", null),
        null);

    run(TurnOptions.NONE);

    assertThat(second.calls).isZero();
    assertThat(failure()).isEqualTo("provider_stream_broken");
  }

  @Test
  void whatTheContentIsToBlameForGoesNowhereElse() throws Exception {
    first.fails(new Failure.ContentFiltered(), Partial.NONE, null);
    run(TurnOptions.NONE);
    assertThat(second.calls).isZero();
    assertThat(failure()).isEqualTo("provider_content_filtered");
  }

  @Test
  void aModelThatIsNoMoreGoesToTheNextRoute() throws Exception {
    first.fails(new Failure.InvalidRequest("model_not_found"), Partial.NONE, null);
    run(TurnOptions.NONE);
    assertThat(response().text()).isEqualTo("from second");
  }

  @Test
  void aFailedTryThatWasPaidForIsARowOfItsOwn() throws Exception {
    first.fails(new Failure.Overloaded(null), PAID, null);

    run(TurnOptions.NONE);

    assertThat(usage())
        .extracting(UsageEvent::eventId, UsageEvent::provider, UsageEvent::model)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("job_1.1.1", "first", "first-1"),
            org.assertj.core.groups.Tuple.tuple("job_1.1.2", "second", "second-1"));
    assertThat(usage().getFirst().costUSD()).isEqualByComparingTo("0.010");
    assertThat(usage().getFirst().finishReason()).isEqualTo(FinishReason.ERROR);
    assertThat(usage().getFirst().routingDecision()).isEqualTo("rule:main:primary:a");
    assertThat(response().usage().inputTokens()).isEqualTo(3);
  }

  @Test
  void whatATurnPaidForBeforeItWaitsStandsInTheLedgerAtOnce() throws Exception {
    first.fails(new Failure.Overloaded(null), PAID, null);
    second.fails(new Failure.Overloaded(null), PAID, Duration.ofSeconds(3));

    Step step = run(TurnOptions.NONE);

    assertThat(step).isInstanceOf(Step.RetryAfter.class);
    assertThat(((Step.RetryAfter) step).delay()).isLessThanOrEqualTo(Duration.ofSeconds(3));
    assertThat(stores.ledger)
        .extracting(UsageEvent::eventId)
        .containsExactly("job_1.1.1", "job_1.1.2");
    assertThat(published(Topics.USAGE_EVENTS)).hasSize(2);
    assertThat(published(Topics.OUTCOMES)).isEmpty();

    run(TurnOptions.NONE);
    assertThat(usage()).extracting(UsageEvent::eventId).containsExactly("job_1.1.3");
    assertThat(stores.ledger).hasSize(3);
  }

  @Test
  void whenTheLastRouteCannotAnswerTheFirstOneIsTriedAgainLater() throws Exception {
    first.fails(new Failure.Overloaded(null), Partial.NONE, null);
    second.fails(new Failure.Authentication(), Partial.NONE, null);

    assertThat(run(TurnOptions.NONE)).isInstanceOf(Step.RetryAfter.class);
    run(TurnOptions.NONE);

    assertThat(response().text()).isEqualTo("from first");
    assertThat(response().routingDecision()).isEqualTo("rule:main:primary:a");
  }

  @Test
  void aTurnThatAllRoutesKeepFailingEnds() throws Exception {
    for (int i = 0; i < 20; i++) {
      first.fails(new Failure.Overloaded(null), Partial.NONE, null);
      second.fails(new Failure.Authentication(), Partial.NONE, null);
    }
    int turns = 1;
    while (run(TurnOptions.NONE) instanceof Step.RetryAfter) {
      turns++;
    }
    assertThat(turns).isEqualTo(6);
    assertThat(failure()).isEqualTo("provider_authentication_failed");
  }

  @Test
  void anOpenCircuitNeverEndsATurn() throws Exception {
    for (int i = 0; i < 20; i++) {
      first.fails(
          new Failure.CircuitOpen(Duration.ofSeconds(9)), Partial.NONE, Duration.ofSeconds(9));
      second.fails(
          new Failure.CircuitOpen(Duration.ofSeconds(7)), Partial.NONE, Duration.ofSeconds(7));
      Step step = run(TurnOptions.NONE);
      assertThat(step)
          .isEqualTo(new Step.RetryAfter(Duration.ofSeconds(7), "provider_circuit_open"));
    }
    run(TurnOptions.NONE);
    assertThat(response().text()).isEqualTo("from first");
  }

  @Test
  void aReachedLimitWaitsUnlessTheRuleLetsItOverflow() throws Exception {
    Failure limit = new Failure.LimitReached(Duration.ofSeconds(2));
    first.fails(limit, Partial.NONE, Duration.ofSeconds(2));
    assertThat(run(TurnOptions.NONE))
        .isEqualTo(new Step.RetryAfter(Duration.ofSeconds(2), "provider_limit_reached"));
    assertThat(second.calls).isZero();

    overflow = true;
    first.fails(limit, Partial.NONE, Duration.ofSeconds(2));
    run(TurnOptions.NONE);
    assertThat(response().text()).isEqualTo("from second");
  }

  @Test
  void aRequestThatMayCostMoreThanItsBudgetFailsBeforeTheCall() throws Exception {
    run(budget("1.004"));

    assertThat(first.calls).isZero();
    assertThat(failure()).isEqualTo("budget_exceeded");
    assertThat(usage()).isEmpty();

    kafka.clear();
    stores.committed.clear();
    run(budget("1.005"));
    assertThat(response().text()).isEqualTo("from first");
    assertThat(response().warnings()).isNull();
  }

  @Test
  void nothingThatCostsFitsIntoABudgetOfZero() throws Exception {
    run(budget("0"));
    assertThat(first.calls).isZero();
    assertThat(failure()).isEqualTo("budget_exceeded");

    kafka.clear();
    stores.committed.clear();
    conversation(BigDecimal.ZERO, BigDecimal.ZERO);
    run(TurnOptions.NONE);
    assertThat(first.calls).isZero();
    assertThat(failure()).isEqualTo("budget_exceeded");
  }

  @Test
  void aSessionsBudgetMayBeUsedToTheLastDigit() throws Exception {
    conversation(new BigDecimal("2.000"), new BigDecimal("0.995"));
    run(TurnOptions.NONE);
    assertThat(response().text()).isEqualTo("from first");
  }

  @Test
  void whatFailedTriesCostCountsAgainstTheRequestsBudget() throws Exception {
    first.fails(new Failure.Overloaded(null), PAID, null);
    run(budget("1.014"));
    assertThat(second.calls).isZero();
    assertThat(failure()).isEqualTo("budget_exceeded");
    assertThat(usage()).hasSize(1);
  }

  @Test
  void aSessionsBudgetCountsWhatItHasSpent() throws Exception {
    conversation(new BigDecimal("2"), new BigDecimal("0.996"));
    run(TurnOptions.NONE);
    assertThat(failure()).isEqualTo("budget_exceeded");

    kafka.clear();
    conversation(new BigDecimal("2"), new BigDecimal("0.995"));
    run(TurnOptions.NONE);
    assertThat(response().text()).isEqualTo("from first");
  }

  @Test
  void aWarningGoesOnAndSaysSo() throws Exception {
    budgets.action = BudgetAction.WARN;
    budgets.monthly = new BigDecimal("1");
    run(budget("0.01"));

    assertThat(response().text()).isEqualTo("from first");
    assertThat(response().warnings())
        .containsExactly("budget_exceeded:request", "budget_exceeded:tenant");
    assertThat(
            budgets
                .metrics
                .get("parley.budget.exceeded")
                .tag("budget", "tenant")
                .tag("action", "warn")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void aSkippedTurnEndsWithoutACallAndWithoutAFault() throws Exception {
    budgets.action = BudgetAction.SKIP;
    run(budget("0.01"));

    assertThat(first.calls).isZero();
    assertThat(response().text()).isEmpty();
    assertThat(response().finishReason()).isEqualTo(FinishReason.ERROR);
    assertThat(response().usage()).isEqualTo(TokenUsage.NONE);
    assertThat(response().warnings()).containsExactly("budget_exceeded:request");
    assertThat(stores.committed.getFirst().messages()).isEmpty();
    assertThat(usage()).isEmpty();
  }

  @Test
  void withoutAPriceNoBudgetCanBeKept() throws Exception {
    priced = false;
    run(budget("1000"));
    assertThat(failure()).isEqualTo("budget_unpriced");

    kafka.clear();
    run(TurnOptions.NONE);
    assertThat(response().text()).isEqualTo("from first");
  }

  @Test
  void theTenantsMonthIsClaimedBeforeTheCallAndGivenBackWhenNothingWasSpent() throws Exception {
    budgets.monthly = new BigDecimal("10");
    first.fails(new Failure.Overloaded(null), Partial.NONE, null);
    second.fails(new Failure.Overloaded(null), Partial.NONE, Duration.ofSeconds(3));

    run(TurnOptions.NONE);

    assertThat(budgets.claims).hasSize(2);
    assertThat(budgets.claims.getFirst().amountUsd()).isEqualByComparingTo("1.005");
    assertThat(budgets.claims.getFirst().month()).hasToString("2026-03");
    assertThat(budgets.released).containsExactly(JOB);

    run(TurnOptions.NONE);
    assertThat(budgets.released).as("the ledger lets go of it").hasSize(1);
    budgets.spent = new BigDecimal("9");
    kafka.clear();
    run(TurnOptions.NONE);
    assertThat(failure()).isEqualTo("budget_exceeded");
    assertThat(first.calls).isEqualTo(2);
  }

  @Test
  void aTenantWithoutABudgetIsNeverAskedAbout() throws Exception {
    run(TurnOptions.NONE);
    assertThat(budgets.claims).isEmpty();
  }

  private Step run(TurnOptions options) throws Exception {
    if (!stores.conversations.containsKey(SESSION)) {
      conversation(null, BigDecimal.ZERO);
    }
    MessageSubmitted submission =
        new MessageSubmitted(
            JOB,
            SESSION.tenantId(),
            SESSION.sessionId(),
            NOW,
            null,
            null,
            Content.of("hello"),
            null,
            options,
            false);
    return newRunner().run(submission, 1, history, new FakeTurn(0));
  }

  private void conversation(@Nullable BigDecimal budget, BigDecimal spent) {
    Session session =
        new Session(
            SESSION,
            7,
            NOW,
            NOW,
            0,
            null,
            null,
            null,
            null,
            null,
            budget,
            new SessionTotals(0, 0, 0, 0, spent));
    stores.conversations.put(SESSION, new Conversation(session, List.of()));
  }

  private static TurnOptions budget(String usd) {
    return new TurnOptions(null, null, null, null, null, null, null, new BigDecimal(usd), null);
  }

  private TurnRunner newRunner() {
    Pricing pricing =
        (name, model, usage, at) ->
            new Pricing.Priced(
                priced ? BigDecimal.valueOf(usage.inputTokens() + usage.outputTokens(), 3) : null,
                "test-1");
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    TurnMetrics metrics = new TurnMetrics(budgets.metrics);
    TurnEnding ending =
        new TurnEnding(stores, new Publisher(kafka, new Random(1)), event -> {}, metrics);
    Rule rule =
        new Rule(
            "main",
            new Match(List.of(), List.of(), List.of(), List.of(), null, null),
            List.of(new Choice(new Target("first", "model-a", "a"), 1)),
            List.of(new Target("second", "model-b", "b")),
            overflow);
    if (guard != null) {
      guard.close();
    }
    guard = budgets.guard(pricing, NOW);
    TurnSettings settings = new TurnSettings(100, 100_000, 1_000, Deadlines.DEFAULT);
    return new TurnRunner(
        stores,
        new RoutePlanner(
            new Router(Map.of("first", first, "second", second), List.of(), "m", "first"),
            List.of(rule),
            Map.of()),
        guard,
        metrics,
        new TurnEnds(new Metering(pricing), message -> message.content().text().length(), clock),
        new RunningTurns(),
        ending,
        settings,
        new LiveReporter(LiveEvents.NONE, clock),
        Contexts.of(stores, settings, clock, message -> message.content().text().length()));
  }

  private List<UsageEvent> usage() {
    return stores.committed.getFirst().usage();
  }

  private List<byte[]> published(String topic) {
    return kafka.history().stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> record.value())
        .toList();
  }

  private JobOutcome outcome() {
    Decoded<JobOutcome> decoded =
        EventCodec.OUTCOMES.decode(published(Topics.OUTCOMES).getFirst(), null);
    return ((Decoded.Value<JobOutcome>) decoded).value();
  }

  private ChatResponse response() {
    return ((JobOutcome.Completed) outcome()).response();
  }

  private String failure() {
    return ((JobOutcome.Failed) outcome()).error().code();
  }

  private static final class Scripted implements ChatProvider {
    private final String name;
    private final Deque<ProviderException> failures = new ArrayDeque<>();
    int calls;

    Scripted(String name) {
      this.name = name;
    }

    void fails(Failure failure, Partial partial, @Nullable Duration retryAfter) {
      failures.add(new ProviderException(failure, partial, null).decided(1, retryAfter));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener) throws ProviderException {
      calls++;
      ProviderException failure = failures.poll();
      if (failure != null) {
        throw failure;
      }
      return new ProviderReply(
          List.of(new Part.Text("from " + name)),
          FinishReason.STOP,
          ProviderUsage.of(3, 4),
          name + "-1",
          null);
    }
  }
}
