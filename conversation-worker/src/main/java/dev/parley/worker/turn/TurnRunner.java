package dev.parley.worker.turn;

import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.Conversation;
import dev.parley.storage.NewSession;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.context.SlidingWindow;
import dev.parley.worker.engine.Step;
import dev.parley.worker.engine.Turn;
import dev.parley.worker.live.CallReport;
import dev.parley.worker.live.LiveReporter;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.Router;
import dev.parley.worker.turn.Admission.CallHistory;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import java.time.Instant;
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
  private final TurnEnds ends;
  private final RunningTurns running;
  private final TurnEnding ending;
  private final TurnSettings settings;
  private final LiveReporter live;
  private final ToLongFunction<Message> tokensOf;

  TurnRunner(
      TurnStores stores,
      Router router,
      TurnEnds ends,
      RunningTurns running,
      TurnEnding ending,
      TurnSettings settings,
      LiveReporter live,
      ToLongFunction<Message> tokensOf) {
    this.stores = stores;
    this.router = router;
    this.ends = ends;
    this.running = running;
    this.ending = ending;
    this.settings = settings;
    this.live = live;
    this.tokensOf = tokensOf;
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
        return ending.write(withAttempt(recovered, attempt));
      }
    }
    Instant expiresAt = submission.expiresAt();
    if (expiresAt != null && !startedAt.isBefore(expiresAt)) {
      return ending.write(ends.expired(submission, attempt));
    }
    Conversation conversation = stores.load(submission.sessionKey());
    if (conversation == null && submission.createSession()) {
      stores.createIfAbsent(NewSession.empty(submission.sessionKey(), startedAt));
      conversation = stores.load(submission.sessionKey());
    }
    if (conversation == null) {
      return ending.write(ends.failed(submission, attempt, startedAt, TurnEnding.SESSION_DELETED));
    }
    return call(new PreparedTurn(submission, attempt, history, startedAt, conversation), inEngine);
  }

  private Step call(PreparedTurn turn, Turn inEngine) throws InterruptedException {
    MessageSubmitted submission = turn.submission();
    Router.Route route;
    try {
      route =
          router.route(
              firstSet(submission.options().model(), turn.conversation().session().model()),
              firstSet(submission.options().provider(), turn.conversation().session().provider()));
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
            null);
    ProviderCall call = callFor(turn, route, question);
    CallReport report = live.open(submission.jobId(), turn.attempt(), turn.history().events);
    Heard heard = new Heard(report);
    RunningTurn running = this.running.begin(submission.jobId(), turn.attempt(), turn.startedAt());
    ProviderReply reply = null;
    ProviderException failure = null;
    InterruptedException interrupt = null;
    boolean cancelled;
    try (report;
        Turn.Absence _ = inEngine.leave()) {
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
    TurnEnds.Call made = new TurnEnds.Call(turn, route, call, heard);
    if (cancelled) {
      return ending.write(ends.cancelled(made, reply));
    }
    if (interrupt != null) {
      throw interrupt;
    }
    if (failure != null) {
      return failed(made, failure);
    }
    if (reply == null) {
      throw new IllegalStateException("a provider answered with nothing");
    }
    return ending.write(ends.completed(made, question, reply));
  }

  /** A failure that may pass gives the permit up and comes again, if there is time for that. */
  private Step failed(TurnEnds.Call call, ProviderException failure) throws InterruptedException {
    Instant expiresAt = call.submission().expiresAt();
    if (failure.retryAfter() != null
        && (expiresAt == null || ends.now().plus(failure.retryAfter()).isBefore(expiresAt))) {
      call.turn().history().tries = failure.tries();
      return new Step.RetryAfter(failure.retryAfter(), failure.code());
    }
    return ending.write(ends.failed(call, failure));
  }

  private ProviderCall callFor(PreparedTurn turn, Router.Route route, Message question) {
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
        .withTriesBefore(turn.history().tries)
        .withTenant(turn.submission().tenantId())
        .withRequestKey(turn.submission().jobId().value());
  }

  private static TurnEnd withAttempt(TurnEnd end, int attempt) {
    return new TurnEnd(end.outcome(), attempt, end.incarnation(), end.messages(), end.usage());
  }

  private static <T> @Nullable T firstSet(@Nullable T first, @Nullable T second) {
    return first == null ? second : first;
  }
}
