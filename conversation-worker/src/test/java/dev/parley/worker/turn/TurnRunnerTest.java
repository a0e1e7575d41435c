package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.pricing.ContextWindows;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.storage.ContextSummary;
import dev.parley.storage.Conversation;
import dev.parley.storage.Job;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.engine.Step;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router;
import dev.parley.worker.routing.RoutePlanner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TurnRunnerTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");
  private static final SessionKey SESSION =
      new SessionKey(new TenantId("acme"), new SessionId("s1"));
  private static final JobId JOB = new JobId("job_1");

  private final FakeTurnStores stores = new FakeTurnStores();
  private final RunningTurns running = new RunningTurns();
  private final MockProducer<byte[], byte[]> kafka =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final Admission.CallHistory history = new Admission.CallHistory();
  private final FakeProvider provider = new FakeProvider();
  private final FakeTurn inEngine = new FakeTurn(0);
  private final TurnRunner runner = newRunner();

  @Test
  void isAwayWhileItWaitsForTheProviderAndOnlyThen() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(provider.awayInCall).isEqualTo(1);
    assertThat(inEngine.left).isOne();
    assertThat(inEngine.away).isZero();
  }

  @Test
  void aCompletedTurnAppendsQuestionAndAnswerAndItsUsage() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));

    assertThat(runner.run(submission(null, false), 1, history, inEngine))
        .isEqualTo(new Step.Done());

    TurnEnd end = stores.committed.getFirst();
    assertThat(end.messages()).extracting(Message::role).containsExactly(Role.USER, Role.ASSISTANT);
    assertThat(end.messages().get(1).content().text()).isEqualTo("hello back");
    assertThat(end.incarnation()).isEqualTo(7);
    UsageEvent usage = end.usage().getFirst();
    assertThat(usage.eventId()).isEqualTo("job_1.1.1");
    assertThat(usage.costUSD()).isEqualByComparingTo("0.0123");
    assertThat(usage.estimated()).isFalse();
    assertThat(usage.routingDecision()).isEqualTo("default:m");
    assertThat(published(Topics.USAGE_EVENTS)).hasSize(1);
    assertThat(outcome()).isInstanceOf(JobOutcome.Completed.class);
  }

  @Test
  void allTriesOfAJobTellTheProviderTheSameKey() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));

    runner.run(submission(null, false), 1, history, inEngine);
    runner.run(submission(null, false), 2, history, inEngine);

    assertThat(provider.calls)
        .extracting(ProviderCall::requestKey)
        .containsOnly("job_1")
        .hasSize(2);
  }

  @Test
  void whatAProviderWantsBackOfItsReasoningIsKeptAndNotShown() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.toolCall = true;

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(stores.committed.getFirst().messages().get(1).content().parts())
        .hasExactlyElementsOfTypes(Part.Reasoning.class, Part.ToolCall.class);
    assertThat(((JobOutcome.Completed) outcome()).response().content())
        .hasExactlyElementsOfTypes(Part.ToolCall.class);
  }

  @Test
  void whatTheProviderDidNotTellIsEstimatedAndSaidToBe() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.usage = null;

    runner.run(submission(null, false), 1, history, inEngine);

    UsageEvent usage = stores.committed.getFirst().usage().getFirst();
    assertThat(usage.estimated()).isTrue();
    assertThat(usage.outputTokens()).isPositive();
  }

  @Test
  void anExpiredJobNeverReachesTheProvider() throws Exception {
    runner.run(submission(NOW, false), 1, history, inEngine);

    assertThat(provider.calls).isEmpty();
    assertThat(outcome()).isInstanceOf(JobOutcome.Expired.class);
  }

  @Test
  void aJobThatWasCancelledWhileItWaitedNeverReachesTheProvider() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    stores.cancelled.add(JOB);

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(provider.calls).isEmpty();
    assertThat(outcome()).isInstanceOf(JobOutcome.Cancelled.class);
  }

  @Test
  void aMessageToADeletedSessionDoesNotReachALaterOneOfItsId() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW.plusMillis(1)));

    runner.run(meant(6L), 1, history, inEngine);

    assertThat(provider.calls).isEmpty();
    assertThat(outcome())
        .isInstanceOfSatisfying(
            JobOutcome.Failed.class,
            failed -> assertThat(failed.error()).isEqualTo(TurnEnding.SESSION_DELETED));
  }

  /** The node that took it in remembered a session that another node had deleted meanwhile. */
  @Test
  void aMessageThatCameAfterTheSessionWasMadeAnewReachesIt() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));

    runner.run(meant(6L), 1, history, inEngine);

    assertThat(outcome()).isInstanceOf(JobOutcome.Completed.class);
  }

  @Test
  void aSessionThatWantsASummaryGetsOneWhenThereIsNoMoreRoom() throws Exception {
    history(11, null);

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(provider.calls).hasSize(2);
    assertThat(provider.calls.get(0).messages().getFirst().content().text())
        .contains("user: m0", "m7")
        .doesNotContain("m8");
    assertThat(provider.calls.get(1).messages())
        .extracting(message -> message.content().text())
        .containsExactly(Summariser.HEADING + "hello back", "m8", "m9", "m10", "hello");
    TurnEnd end = stores.committed.getFirst();
    assertThat(end.summary()).isEqualTo(new ContextSummary("hello back", 8));
    assertThat(end.messages()).hasSize(2);
    assertThat(end.usage())
        .extracting(UsageEvent::eventId)
        .containsExactly("job_1.1.1", "job_1.1.101");
  }

  @Test
  void aSummaryIsSentAgainWhileThereIsRoomBesideIt() throws Exception {
    history(11, new ContextSummary("so far", 7));

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(provider.calls).hasSize(1);
    assertThat(provider.calls.getFirst().messages())
        .extracting(message -> message.content().text())
        .containsExactly(Summariser.HEADING + "so far", "m7", "m8", "m9", "m10", "hello");
    assertThat(stores.committed.getFirst().summary()).isNull();
  }

  @Test
  void whereNoSummaryCanBeHadTheWindowSlides() throws Exception {
    history(11, null);
    provider.failsFirst = true;

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(provider.calls.get(1).messages()).hasSizeLessThanOrEqualTo(8);
    assertThat(outcome()).isInstanceOf(JobOutcome.Completed.class);
    assertThat(stores.committed.getFirst().summary()).isNull();
  }

  @Test
  void theAnswersRoomIsKeptBelowAKnownWindow() throws Exception {
    history(7, null);
    MessageSubmitted plain = submission(null, false);
    TurnOptions options = new TurnOptions("gpt-4", null, 8_180, null, null, null, null, null, null);

    runner.run(
        new MessageSubmitted(
            JOB,
            plain.tenantId(),
            plain.sessionId(),
            NOW,
            null,
            null,
            plain.content(),
            null,
            options,
            false),
        1,
        history,
        inEngine);

    // 8,192 tokens less 8,180 for the answer leave room for the question and little else
    assertThat(
            provider.calls.getLast().messages().stream()
                .mapToInt(message -> message.content().text().length())
                .sum())
        .isLessThanOrEqualTo(12 + Summariser.HEADING.length() + "hello back".length());
  }

  /** A session that wants summaries, with messages m0, m1, and so on. */
  private void history(int count, @Nullable ContextSummary summary) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Role role = i % 2 == 0 ? Role.USER : Role.ASSISTANT;
      messages.add(Message.of(role, Content.of("m" + i), NOW, null));
    }
    stores.conversations.put(
        SESSION,
        new Conversation(
            new Session(
                SESSION,
                7,
                NOW,
                NOW,
                count,
                null,
                null,
                null,
                null,
                null,
                null,
                SessionTotals.ZERO,
                CompactionStrategy.SUMMARISE,
                summary,
                null),
            messages));
  }

  @Test
  void aClientPinsItsMessageInItsMetadata() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    MessageSubmitted plain = submission(null, false);

    runner.run(
        new MessageSubmitted(
            JOB,
            plain.tenantId(),
            plain.sessionId(),
            NOW,
            null,
            null,
            plain.content(),
            Json.mapper().createObjectNode().put("pinned", true),
            plain.options(),
            false),
        1,
        history,
        inEngine);

    assertThat(stores.committed.getFirst().messages())
        .extracting(Message::pinned)
        .containsExactly(true, null);
  }

  private static MessageSubmitted meant(long incarnation) {
    MessageSubmitted plain = submission(null, false);
    return new MessageSubmitted(
        JOB,
        plain.tenantId(),
        plain.sessionId(),
        NOW,
        null,
        null,
        plain.content(),
        null,
        plain.options(),
        false,
        incarnation);
  }

  @Test
  void aMissingSessionFailsTheJobUnlessItIsToBeMade() throws Exception {
    runner.run(submission(null, false), 1, history, inEngine);
    assertThat(outcome()).isInstanceOf(JobOutcome.Failed.class);
    assertThat(provider.calls).isEmpty();

    kafka.clear();
    runner.run(submission(null, true), 1, history, inEngine);
    assertThat(outcome()).isInstanceOf(JobOutcome.Completed.class);
  }

  @Test
  void aFailureThatMayPassGivesThePermitUpAndCountsItsTries() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.failure = new ProviderException(new Failure.Connection(), null);

    runner.run(submission(null, false), 1, history, inEngine);

    // Nothing said to try again, so this one is final, costs nothing and changes no session.
    JobOutcome.Failed failed = (JobOutcome.Failed) outcome();
    assertThat(failed.error().code()).isEqualTo("provider_unreachable");
    assertThat(stores.committed.getFirst().messages()).isEmpty();
    assertThat(stores.committed.getFirst().usage()).isEmpty();
  }

  @Test
  void aFailureAfterOutputIsBilled() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.failure =
        new ProviderException(
            new Failure.BrokenStream(),
            new ProviderException.Partial(true, List.of(new Part.Text("hel")), null, "m", null),
            null);

    runner.run(submission(null, false), 1, history, inEngine);

    UsageEvent usage = stores.committed.getFirst().usage().getFirst();
    assertThat(usage.finishReason()).isEqualTo(FinishReason.ERROR);
    assertThat(usage.estimated()).isTrue();
  }

  @Test
  void aStoreThatIsAwayIsReportedBeforeAnythingIsPaid() {
    stores.away = true;

    assertThatThrownBy(() -> runner.run(submission(null, false), 1, history, inEngine))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void aFencedEndPublishesWhatTheStoreHolds() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    stores.fencedBy = job(JobStatus.CANCELLED);

    runner.run(submission(null, false), 1, history, inEngine);
    assertThat(outcome()).isInstanceOf(JobOutcome.Cancelled.class);

    kafka.clear();
    stores.fencedBy = job(JobStatus.IN_PROGRESS);
    assertThat(runner.run(submission(null, false), 1, history, inEngine))
        .isInstanceOf(Step.RetryAfter.class);
    assertThat(kafka.history()).isEmpty();
  }

  @Test
  void whatWasAcceptedBeforeADeletionDoesNotReachTheSessionMadeAfterIt() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    Conversation made = stores.conversations.get(SESSION);
    MessageSubmitted waiting = submission(null, true);
    stores.conversations.put(
        SESSION,
        new Conversation(
            made.session().withDeletedBefore(waiting.acceptedAt()), made.pinned(), made.recent()));

    runner.run(waiting, 1, history, inEngine);

    assertThat(((JobOutcome.Failed) outcome()).error().code()).isEqualTo("session_deleted");
    assertThat(provider.calls).isEmpty();

    kafka.clear();
    stores.conversations.put(
        SESSION,
        new Conversation(
            made.session().withDeletedBefore(waiting.acceptedAt().minusMillis(1)),
            made.pinned(),
            made.recent()));
    runner.run(waiting, 1, history, inEngine);
    assertThat(outcome()).isInstanceOf(JobOutcome.Completed.class);
  }

  @Test
  void aSessionDeletedDuringTheCallFailsTheJobButKeepsItsBill() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    stores.sessionGone = true;

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(((JobOutcome.Failed) outcome()).error().code()).isEqualTo("session_deleted");
    assertThat(stores.committed.getFirst().usage()).hasSize(1);
  }

  @Test
  void anAnswerThatTheStoreRefusesFailsTheJobAndIsPaidOnce() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    stores.refuses = end -> !end.messages().isEmpty();

    assertThat(runner.run(submission(null, false), 1, history, inEngine))
        .isEqualTo(new Step.Done());

    assertThat(provider.calls).hasSize(1);
    assertThat(((JobOutcome.Failed) outcome()).error().code()).isEqualTo("unstorable_response");
    assertThat(stores.committed.getFirst().usage()).hasSize(1);
    assertThat(published(Topics.USAGE_EVENTS)).hasSize(1);
  }

  @Test
  void aBillThatTheStoreRefusesDoesNotKeepTheJobFromEnding() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    stores.refuses = end -> !end.usage().isEmpty();

    assertThat(runner.run(submission(null, false), 1, history, inEngine))
        .isEqualTo(new Step.Done());

    assertThat(((JobOutcome.Failed) outcome()).error().code()).isEqualTo("unstorable_response");
    assertThat(published(Topics.USAGE_EVENTS)).isEmpty();
  }

  @Test
  void aToolCallThatWasNotBilledIsEstimatedByItsArguments() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.usage = null;
    provider.toolCall = true;

    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(stores.committed.getFirst().usage().getFirst().outputTokens()).isPositive();
  }

  @Test
  void theLiveEventsOfARepeatedCallGoOnBehindTheFirstOnes() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));

    runner.run(submission(null, false), 1, history, inEngine);
    int first = history.events;
    runner.run(submission(null, false), 1, history, inEngine);

    assertThat(first).isEqualTo(3);
    assertThat(history.events).isEqualTo(5);
  }

  @Test
  void aCancelStopsTheCallAndOnlyTheCall() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.blocks = new CountDownLatch(1);
    Thread canceller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                provider.entered.await();
                RunningTurns.RunningTurn turn = running.find(JOB);
                if (turn != null) {
                  turn.cancel();
                  turn.cancel();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });

    assertThat(runner.run(submission(null, false), 1, history, inEngine))
        .isEqualTo(new Step.Done());
    canceller.join();

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(outcome()).isInstanceOf(JobOutcome.Cancelled.class);
    assertThat(stores.committed.getFirst().usage()).hasSize(1);
    assertThat(running.all()).isEmpty();
  }

  @Test
  void anInterruptOfTheEngineDecidesNothing() {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    provider.blocks = new CountDownLatch(1);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> runner.run(submission(null, false), 1, history, inEngine))
        .isInstanceOf(InterruptedException.class);
    assertThat(stores.committed).isEmpty();
    assertThat(kafka.history()).isEmpty();
  }

  @Test
  void aHalfWrittenEndIsFinishedInsteadOfPaidAgain() throws Exception {
    stores.createIfAbsent(NewSession.empty(SESSION, NOW));
    runner.run(submission(null, false), 1, history, inEngine);
    stores.halfWritten = stores.committed.getFirst();
    provider.calls.clear();

    runner.run(submission(null, false), 2, history, inEngine);

    assertThat(provider.calls).isEmpty();
    assertThat(stores.committed.get(1).attempt()).isEqualTo(2);
    assertThat(stores.committed.get(1).usage()).isEqualTo(stores.committed.get(0).usage());
  }

  private TurnRunner newRunner() {
    Pricing pricing =
        (name, model, usage, at) -> new Pricing.Priced(new BigDecimal("0.0123"), "test-1");
    Publisher publisher = new Publisher(kafka, new Random(1));
    TurnEnding ending =
        new TurnEnding(stores, publisher, event -> {}, new TurnMetrics(new SimpleMeterRegistry()));
    Metering metering = new Metering(pricing);
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    TurnSettings settings =
        new TurnSettings(
            8,
            100_000,
            1_000,
            Deadlines.DEFAULT,
            CompactionStrategy.SLIDING_WINDOW,
            100,
            ContextWindows.bundled());
    return new TurnRunner(
        stores,
        RoutePlanner.of(new Router(Map.of("fake", provider), List.of(), "m", "fake")),
        new FakeBudgets().guard(pricing, NOW),
        new TurnMetrics(new SimpleMeterRegistry()),
        new TurnEnds(metering, message -> message.content().text().length(), clock),
        running,
        ending,
        settings,
        new LiveReporter(LiveEvents.NONE, clock),
        new TurnContext(
            new Summariser(
                stores, metering, new FakeBudgets().guard(pricing, NOW), settings, clock),
            running,
            settings,
            message -> message.content().text().length()));
  }

  private static MessageSubmitted submission(@Nullable Instant expiresAt, boolean createSession) {
    return new MessageSubmitted(
        JOB,
        SESSION.tenantId(),
        SESSION.sessionId(),
        NOW,
        expiresAt,
        null,
        Content.of("hello"),
        null,
        TurnOptions.NONE,
        createSession);
  }

  private static Job job(JobStatus status) {
    return new Job(
        JOB,
        SESSION.tenantId(),
        SESSION.sessionId(),
        status,
        2,
        null,
        NOW,
        NOW,
        NOW,
        null,
        null,
        null);
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

  private final class FakeProvider implements ChatProvider {
    final List<ProviderCall> calls = new ArrayList<>();
    final CountDownLatch entered = new CountDownLatch(1);
    @Nullable ProviderUsage usage = ProviderUsage.of(10, 20);
    @Nullable ProviderException failure;
    boolean toolCall;
    int awayInCall;
    boolean failsFirst;
    @Nullable CountDownLatch blocks;

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener)
        throws ProviderException, InterruptedException {
      calls.add(call);
      awayInCall = inEngine.away;
      if (failsFirst && calls.size() == 1) {
        throw new ProviderException(new Failure.Connection(), null);
      }
      listener.onStarted("m");
      entered.countDown();
      if (blocks != null) {
        blocks.await();
      }
      if (failure != null) {
        throw failure;
      }
      if (toolCall) {
        listener.onToolCallStart("c1", "clock");
        listener.onToolCallDelta("c1", "{}");
        Part call1 = new Part.ToolCall("c1", "clock", Json.mapper().createObjectNode());
        Part thought = new Part.Reasoning("f", "m", Json.mapper().createObjectNode());
        return new ProviderReply(List.of(thought, call1), FinishReason.TOOL_CALL, usage, "m", null);
      }
      listener.onText("hello back");
      return new ProviderReply(
          List.of(new Part.Text("hello back")), FinishReason.STOP, usage, "m", "req-1");
    }
  }
}
