package dev.parley.worker.turn;

import dev.parley.schemas.Submission;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore.Missing;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.engine.Step;
import dev.parley.worker.engine.Turn;
import dev.parley.worker.live.CallReport;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.Router;
import dev.parley.worker.routing.RoutePlan;
import dev.parley.worker.routing.RoutePlanner;
import dev.parley.worker.routing.RouteRequest;
import dev.parley.worker.turn.Admission.CallHistory;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import dev.parley.worker.turn.TurnStores.Loaded;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Runs one claimed submission up to the point where its end is known, and has it written and
 * published. Thread-safe; each call on a virtual thread of its own.
 */
final class TurnRunner {

  private final TurnStores stores;
  private final RoutePlanner routes;
  private final BudgetGuard guard;
  private final TurnMetrics metrics;
  private final TurnEnds ends;
  private final RunningTurns running;
  private final TurnEnding ending;
  private final TurnSettings settings;
  private final LiveReporter live;
  private final TurnContext context;

  TurnRunner(
      TurnStores stores,
      RoutePlanner routes,
      BudgetGuard guard,
      TurnMetrics metrics,
      TurnEnds ends,
      RunningTurns running,
      TurnEnding ending,
      TurnSettings settings,
      LiveReporter live,
      TurnContext context) {
    this.stores = stores;
    this.routes = routes;
    this.guard = guard;
    this.metrics = metrics;
    this.ends = ends;
    this.running = running;
    this.ending = ending;
    this.settings = settings;
    this.live = live;
    this.context = context;
  }

  /**
   * @param attempt the claim that this worker holds
   * @throws InterruptedException when the engine wants the turn to stop; nothing was decided then
   */
  Step run(MessageSubmitted submission, int attempt, CallHistory history, Turn inEngine)
      throws InterruptedException {
    Instant startedAt = ends.now();
    if (attempt > 1) {
      TurnEnd recovered = stores.recover(submission.jobId());
      if (recovered != null) {
        return ending.write(recovered.withAttempt(attempt));
      }
    }
    Instant expiresAt = submission.expiresAt();
    if (expiresAt != null && !startedAt.isBefore(expiresAt)) {
      return ending.write(ends.expired(submission, attempt));
    }
    Loaded loaded = stores.load(submission.sessionKey(), submission.jobId());
    if (loaded instanceof Loaded.NoSession && submission.createSession()) {
      stores.createIfAbsent(
          new Missing(submission.sessionKey(), startedAt, submission.acceptedAt()));
      loaded = stores.load(submission.sessionKey(), submission.jobId());
    }
    return switch (loaded) {
      case Loaded.Cancelled cancelled -> ending.write(ends.cancelled(submission, attempt));
      case Loaded.Found(Conversation conversation) when isMeant(conversation, submission) ->
          call(new PreparedTurn(submission, attempt, history, startedAt, conversation), inEngine);
      case Loaded.Found other -> sessionDeleted(submission, attempt, startedAt);
      case Loaded.NoSession none -> sessionDeleted(submission, attempt, startedAt);
    };
  }

  private Step sessionDeleted(MessageSubmitted submission, int attempt, Instant startedAt)
      throws InterruptedException {
    return ending.write(ends.failed(submission, attempt, startedAt, TurnEnding.SESSION_DELETED));
  }

  /**
   * Whether the submission was made to this very session, and not to an earlier one of its id. An
   * ingest node may remember an earlier incarnation for some seconds, so one that does not agree
   * only counts when the session is younger than the submission. One that names none was made to
   * whatever session there is going to be, but to none that is made after a deletion.
   */
  static boolean isMeant(Conversation conversation, Submission submission) {
    Session session = conversation.session();
    Long meant = submission.sessionIncarnation();
    if (meant == null) {
      return session.deletedBefore() == null
          || submission.acceptedAt().isAfter(session.deletedBefore());
    }
    return meant == session.incarnation() || !session.createdAt().isAfter(submission.acceptedAt());
  }

  private Step call(PreparedTurn turn, Turn inEngine) throws InterruptedException {
    MessageSubmitted submission = turn.submission();
    RoutePlan plan;
    try {
      plan =
          routes.plan(
              new RouteRequest(
                  submission.sessionKey(),
                  firstSet(submission.options().model(), turn.conversation().session().model()),
                  firstSet(
                      submission.options().provider(), turn.conversation().session().provider()),
                  hasTools(submission)));
    } catch (ProviderException e) {
      return ending.write(
          ends.failed(submission, turn.attempt(), turn.startedAt(), TurnEnds.errorOf(e)));
    }
    Message question =
        new Message(
            Role.USER,
            submission.content(),
            submission.metadata(),
            turn.startedAt(),
            submission.jobId(),
            isPinned(submission) ? Boolean.TRUE : null);
    TurnContext.Prepared sent = context.prepare(turn, plan, question, inEngine);
    if (sent.cancelled()) {
      return ending.write(sent.in(ends.cancelled(submission, turn.attempt())));
    }
    CallReport report = live.open(submission.jobId(), turn.attempt(), turn.history().events);
    RoutedCall routed =
        new RoutedCall(
            turn,
            plan,
            route -> callFor(turn, route, context.fitted(sent, route.model())),
            report,
            guard,
            ends,
            metrics);
    RunningTurn running = this.running.begin(submission.jobId(), turn.attempt(), turn.startedAt());
    ProviderReply reply = null;
    ProviderException failure = null;
    BudgetStop stop = null;
    InterruptedException interrupt = null;
    boolean cancelled;
    try (report;
        Turn.Absence _ = inEngine.leave()) {
      report.started();
      reply = routed.run();
    } catch (ProviderException e) {
      failure = e;
    } catch (BudgetStop e) {
      stop = e;
    } catch (InterruptedException e) {
      interrupt = e;
    } finally {
      cancelled = running.end();
      turn.history().events = report.events();
    }
    TurnEnds.Call made = routed.made();
    if (cancelled) {
      return write(turn, sent.in(ends.cancelled(made, reply)));
    }
    if (interrupt != null) {
      throw interrupt;
    }
    if (stop != null) {
      return write(
          turn,
          sent.in(
              stop.skip() ? ends.skipped(made, stop.warning()) : ends.refused(made, stop.error())));
    }
    if (failure != null) {
      return failed(made, sent, failure);
    }
    if (reply == null) {
      throw new IllegalStateException("a provider answered with nothing");
    }
    return write(turn, sent.in(ends.completed(made, question, reply)));
  }

  private Step write(PreparedTurn turn, TurnEnd end) throws InterruptedException {
    Step step = ending.write(end);
    if (end.usage().isEmpty()) {
      // The ledger lets go of what is held for the jobs that it hears of.
      guard.release(turn.submission().jobId(), turn.history());
    }
    return step;
  }

  /** A failure that may pass gives the permit up and comes again, if there is time for that. */
  private Step failed(TurnEnds.Call call, TurnContext.Prepared sent, ProviderException failure)
      throws InterruptedException {
    Instant expiresAt = call.submission().expiresAt();
    if (failure.retryAfter() != null
        && (expiresAt == null || ends.now().plus(failure.retryAfter()).isBefore(expiresAt))) {
      recordPaid(call.turn().history());
      guard.release(call.submission().jobId(), call.turn().history());
      return new Step.RetryAfter(failure.retryAfter(), failure.code());
    }
    return write(
        call.turn(),
        sent.in(
            failure.retryAfter() == null
                ? ends.failed(call, failure)
                : ends.refused(call, TurnEnds.errorOf(failure))));
  }

  /** What was paid for before a wait is written at once: nobody may come back from it. */
  private void recordPaid(CallHistory history) throws InterruptedException {
    if (!history.paid.isEmpty()) {
      ending.record(history.paid);
      history.recorded();
    }
  }

  private ProviderCall callFor(PreparedTurn turn, Router.Route route, TurnContext.Fitted fitted) {
    return ProviderCall.of(
            route.model(),
            turn.conversation().session().system(),
            fitted.messages(),
            turn.submission().options(),
            fitted.maxOutputTokens(),
            settings.deadlines())
        .withTenant(turn.submission().tenantId())
        .withRequestKey(turn.submission().jobId().value());
  }

  /** A client pins its message by {@code "pinned": true} in the metadata. */
  private static boolean isPinned(MessageSubmitted submission) {
    return submission.metadata() != null && submission.metadata().path("pinned").asBoolean(false);
  }

  private static boolean hasTools(MessageSubmitted submission) {
    var tools = submission.options().tools();
    return tools != null && !tools.isEmpty();
  }

  private static <T> @Nullable T firstSet(@Nullable T first, @Nullable T second) {
    return first == null ? second : first;
  }
}
