package dev.parley.worker.turn;

import dev.parley.schemas.JobError;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.Conversation;
import dev.parley.storage.NewSession;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.context.SlidingWindow;
import dev.parley.worker.engine.Step;
import dev.parley.worker.live.CallReport;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.Router;
import dev.parley.worker.turn.Admission.CallHistory;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs one claimed submission up to the point where its end is known, and has it written and
 * published. Thread-safe; each call on a virtual thread of its own.
 */
final class TurnRunner {

  private final TurnStores stores;
  private final Router router;
  private final Metering metering;
  private final RunningTurns running;
  private final TurnEnding ending;
  private final TurnSettings settings;
  private final LiveReporter live;
  private final ToLongFunction<Message> tokensOf;
  private final Clock clock;

  TurnRunner(
      TurnStores stores,
      Router router,
      Metering metering,
      RunningTurns running,
      TurnEnding ending,
      TurnSettings settings,
      LiveReporter live,
      ToLongFunction<Message> tokensOf,
      Clock clock) {
    this.stores = stores;
    this.router = router;
    this.metering = metering;
    this.running = running;
    this.ending = ending;
    this.settings = settings;
    this.live = live;
    this.tokensOf = tokensOf;
    this.clock = clock;
  }

  /**
   * @param attempt the claim that this worker holds
   * @throws InterruptedException when the engine wants the turn to stop; nothing was decided then
   */
  Step run(MessageSubmitted submission, int attempt, CallHistory history)
      throws InterruptedException {
    Instant startedAt = now();
    if (attempt > 1) {
      TurnEnd recovered = stores.recover(submission.jobId());
      if (recovered != null) {
        return ending.write(withAttempt(recovered, attempt));
      }
    }
    Instant expiresAt = submission.expiresAt();
    if (expiresAt != null && !startedAt.isBefore(expiresAt)) {
      Ended ended = ended(submission, attempt, null);
      return ending.write(end(new JobOutcome.Expired(ended), attempt));
    }
    Conversation conversation = stores.load(submission.sessionKey());
    if (conversation == null && submission.createSession()) {
      stores.createIfAbsent(NewSession.empty(submission.sessionKey(), startedAt));
      conversation = stores.load(submission.sessionKey());
    }
    if (conversation == null) {
      return fail(submission, attempt, startedAt, TurnEnding.SESSION_DELETED, List.of());
    }
    return call(new Prepared(submission, attempt, history, startedAt, conversation));
  }

  private Step call(Prepared turn) throws InterruptedException {
    MessageSubmitted submission = turn.submission();
    Router.Route route;
    try {
      route =
          router.route(
              firstSet(submission.options().model(), turn.conversation().session().model()),
              firstSet(submission.options().provider(), turn.conversation().session().provider()));
    } catch (ProviderException e) {
      return fail(submission, turn.attempt(), turn.startedAt(), errorOf(e), List.of());
    }
    Message question =
        new Message(
            Role.USER,
            submission.content(),
            submission.metadata(),
            turn.startedAt(),
            submission.jobId(),
            null);
    ProviderCall call = callFor(turn, route, question);
    CallReport report = live.open(submission.jobId(), turn.attempt(), turn.history().events);
    Heard heard = new Heard(report);
    RunningTurn running = this.running.begin(submission.jobId(), turn.attempt(), turn.startedAt());
    ProviderReply reply = null;
    ProviderException failure = null;
    InterruptedException interrupt = null;
    boolean cancelled;
    try (report) {
      report.started();
      reply = route.provider().call(call, heard);
    } catch (ProviderException e) {
      failure = e;
    } catch (InterruptedException e) {
      interrupt = e;
    } finally {
      cancelled = running.end();
      turn.history().events = report.events();
    }
    if (cancelled) {
      return cancelled(turn, route, call, heard, reply);
    }
    if (interrupt != null) {
      throw interrupt;
    }
    if (failure != null) {
      return failed(turn, route, call, heard, failure);
    }
    if (reply == null) {
      throw new IllegalStateException("a provider answered with nothing");
    }
    return completed(turn, route, call, question, heard, reply);
  }

  private Step completed(
      Prepared turn,
      Router.Route route,
      ProviderCall call,
      Message question,
      Heard heard,
      ProviderReply reply)
      throws InterruptedException {
    MessageSubmitted submission = turn.submission();
    Instant endedAt = now();
    UsageEvent usage =
        metering.event(
            submission,
            turn.attempt(),
            route,
            reply.model(),
            reply.finishReason(),
            turn.startedAt(),
            endedAt,
            reply.usage(),
            estimate(call, heard.characters()));
    ChatResponse response =
        new ChatResponse(
            reply.text(),
            reply.content(),
            reply.finishReason(),
            reply.model(),
            route.provider().name(),
            reply.toolCalls(),
            Metering.usageOf(usage),
            route.decision());
    Message answer = Message.of(Role.ASSISTANT, contentOf(reply), endedAt, submission.jobId());
    JobOutcome outcome =
        new JobOutcome.Completed(ended(submission, turn.attempt(), turn.startedAt()), response);
    return ending.write(
        new TurnEnd(
            outcome,
            turn.attempt(),
            turn.conversation().session().incarnation(),
            List.of(question, answer),
            List.of(usage)));
  }

  private Step failed(
      Prepared turn, Router.Route route, ProviderCall call, Heard heard, ProviderException failure)
      throws InterruptedException {
    MessageSubmitted submission = turn.submission();
    Instant expiresAt = submission.expiresAt();
    if (failure.retryAfter() != null
        && (expiresAt == null || now().plus(failure.retryAfter()).isBefore(expiresAt))) {
      turn.history().tries = failure.tries();
      return new Step.RetryAfter(failure.retryAfter(), failure.code());
    }
    ProviderUsage told = firstSet(failure.partial().usage(), heard.usage());
    List<UsageEvent> usage =
        told == null && !failure.visibleOutput()
            ? List.of()
            : List.of(broken(turn, route, call, heard, told));
    return fail(submission, turn.attempt(), turn.startedAt(), errorOf(failure), usage);
  }

  private Step cancelled(
      Prepared turn,
      Router.Route route,
      ProviderCall call,
      Heard heard,
      @Nullable ProviderReply reply)
      throws InterruptedException {
    ProviderUsage told = reply == null ? heard.usage() : firstSet(reply.usage(), heard.usage());
    List<UsageEvent> usage =
        told == null && heard.model() == null
            ? List.of()
            : List.of(broken(turn, route, call, heard, told));
    Ended ended = ended(turn.submission(), turn.attempt(), turn.startedAt());
    return ending.write(
        new TurnEnd(new JobOutcome.Cancelled(ended), turn.attempt(), 0, List.of(), usage));
  }

  /** The bill of a call that brought no answer. */
  private UsageEvent broken(
      Prepared turn,
      Router.Route route,
      ProviderCall call,
      Heard heard,
      @Nullable ProviderUsage told) {
    return metering.event(
        turn.submission(),
        turn.attempt(),
        route,
        heard.model() == null ? route.model() : heard.model(),
        FinishReason.ERROR,
        turn.startedAt(),
        now(),
        told,
        estimate(call, heard.characters()));
  }

  private Step fail(
      MessageSubmitted submission,
      int attempt,
      Instant startedAt,
      JobError error,
      List<UsageEvent> usage)
      throws InterruptedException {
    JobOutcome outcome = new JobOutcome.Failed(ended(submission, attempt, startedAt), error);
    return ending.write(new TurnEnd(outcome, attempt, 0, List.of(), usage));
  }

  private ProviderCall callFor(Prepared turn, Router.Route route, Message question) {
    var session = turn.conversation().session();
    List<Message> all = new ArrayList<>(turn.conversation().recent());
    all.add(question);
    Integer bound = session.maxContextTokens();
    SlidingWindow window = new SlidingWindow(settings.maxContextMessages(), tokensOf);
    Integer maxTokens = turn.submission().options().maxTokens();
    return ProviderCall.of(
            route.model(),
            session.system(),
            window.fit(all, bound == null ? settings.maxContextTokens() : bound),
            turn.submission().options(),
            maxTokens == null ? settings.maxOutputTokens() : maxTokens,
            settings.deadlines())
        .withTriesBefore(turn.history().tries);
  }

  private ProviderUsage estimate(ProviderCall call, long outputCharacters) {
    long input = call.messages().stream().mapToLong(tokensOf).sum();
    if (call.system() != null) {
      input += TokenEstimate.ofCharacters(call.system().length());
    }
    return ProviderUsage.of(input, TokenEstimate.ofCharacters(outputCharacters));
  }

  private Ended ended(MessageSubmitted submission, int attempt, @Nullable Instant startedAt) {
    return new Ended(
        submission.jobId(),
        submission.tenantId(),
        submission.sessionId(),
        attempt,
        startedAt,
        now());
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static TurnEnd end(JobOutcome outcome, int attempt) {
    return new TurnEnd(outcome, attempt, 0, List.of(), List.of());
  }

  private static TurnEnd withAttempt(TurnEnd end, int attempt) {
    return new TurnEnd(end.outcome(), attempt, end.incarnation(), end.messages(), end.usage());
  }

  private static Content contentOf(ProviderReply reply) {
    return reply.toolCalls().isEmpty() ? Content.of(reply.text()) : Content.of(reply.content());
  }

  private static JobError errorOf(ProviderException e) {
    return new JobError(e.code(), e.failure().message());
  }

  private static <T> @Nullable T firstSet(@Nullable T first, @Nullable T second) {
    return first == null ? second : first;
  }

  /** A turn whose session is loaded. */
  private record Prepared(
      MessageSubmitted submission,
      int attempt,
      CallHistory history,
      Instant startedAt,
      Conversation conversation) {}
}
