package dev.parley.worker.turn;

import dev.parley.schemas.Compaction;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.Submission.CompactionRequested;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter.Rewrite;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.context.CompactionPlan;
import dev.parley.worker.context.Outline;
import dev.parley.worker.context.Window;
import dev.parley.worker.engine.Step;
import dev.parley.worker.engine.Turn;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.routing.RoutePlan;
import dev.parley.worker.routing.RoutePlanner;
import dev.parley.worker.routing.RouteRequest;
import dev.parley.worker.turn.Admission.CallHistory;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import dev.parley.worker.turn.TurnStores.Loaded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compacts a session when its turn has come. Like a turn it may come again at any point: what it
 * takes out is written together with its job's end. Thread-safe; each call on a virtual thread of
 * its own.
 */
final class CompactionRunner {

  private static final JobError EMPTY_SUMMARY =
      new JobError("empty_summary", "the model wrote no summary");

  private static final int CHUNK = 1_000;

  private final TurnStores stores;
  private final RoutePlanner routes;
  private final BudgetGuard guard;
  private final TurnEnds ends;
  private final RunningTurns running;
  private final TurnEnding ending;
  private final TurnSettings settings;
  private final Summariser summariser;
  private final ToLongFunction<Message> tokensOf;

  CompactionRunner(
      TurnStores stores,
      RoutePlanner routes,
      BudgetGuard guard,
      TurnEnds ends,
      RunningTurns running,
      TurnEnding ending,
      TurnSettings settings,
      Summariser summariser,
      ToLongFunction<Message> tokensOf) {
    this.stores = stores;
    this.routes = routes;
    this.guard = guard;
    this.ends = ends;
    this.running = running;
    this.ending = ending;
    this.settings = settings;
    this.summariser = summariser;
    this.tokensOf = tokensOf;
  }

  /** A compaction whose session is loaded. */
  private record Begun(
      CompactionRequested request,
      int attempt,
      CallHistory history,
      Instant startedAt,
      Session session,
      Turn inEngine) {}

  /**
   * @param attempt the claim that this worker holds
   * @throws InterruptedException when the engine wants it to stop; nothing was decided then
   */
  Step run(CompactionRequested request, int attempt, CallHistory history, Turn inEngine)
      throws InterruptedException {
    Instant startedAt = ends.now();
    if (attempt > 1) {
      TurnEnd recovered = stores.recover(request.jobId());
      if (recovered != null) {
        return ending.write(recovered.withAttempt(attempt));
      }
    }
    return switch (stores.load(request.sessionKey(), request.jobId())) {
      case Loaded.Cancelled cancelled -> ending.write(ends.cancelled(request, attempt));
      case Loaded.Found(Conversation conversation) when TurnRunner.isMeant(conversation, request) ->
          compact(
              new Begun(request, attempt, history, startedAt, conversation.session(), inEngine));
      case Loaded.Found other -> sessionDeleted(request, attempt, startedAt);
      case Loaded.NoSession none -> sessionDeleted(request, attempt, startedAt);
    };
  }

  private Step sessionDeleted(CompactionRequested request, int attempt, Instant startedAt)
      throws InterruptedException {
    return ending.write(ends.failed(request, attempt, startedAt, TurnEnding.SESSION_DELETED));
  }

  private Step compact(Begun begun) throws InterruptedException {
    Session session = begun.session();
    List<Outline> outlines = outlines(session);
    long first = session.firstPosition();
    Limits limits = limits(begun);
    return switch (begun.request().strategy()) {
      case SLIDING_WINDOW -> {
        CompactionPlan plan = CompactionPlan.sliding(first, outlines, limits.window());
        yield ending.write(compacted(begun, plan, null));
      }
      case SUMMARISE -> {
        CompactionPlan plan =
            limits.window().keep(outlines).cardinality() == outlines.size()
                ? CompactionPlan.sliding(first, outlines, limits.window())
                : CompactionPlan.summarising(
                    first, outlines, limits.besideSummary(settings.maxSummaryTokens()));
        yield plan.isEmpty() ? ending.write(compacted(begun, plan, null)) : summarise(begun, plan);
      }
    };
  }

  private List<Outline> outlines(Session session) {
    List<Outline> outlines = new ArrayList<>();
    for (long from = session.firstPosition(); from < session.messageCount(); ) {
      List<Message> chunk = stores.messages(session.key(), from, CHUNK);
      if (chunk.isEmpty()) {
        break;
      }
      chunk.forEach(message -> outlines.add(Outline.of(message, tokensOf)));
      from += chunk.size();
    }
    return outlines;
  }

  private record Limits(long messages, long tokens) {
    Window window() {
      return new Window(messages, tokens);
    }

    /** A quarter of a small bound is the summary's, at most as much as it may have. */
    Window besideSummary(int maxSummaryTokens) {
      return new Window(
          messages == Window.UNLIMITED ? messages : Math.max(1, messages - 1),
          tokens == Window.UNLIMITED ? tokens : tokens - Math.min(maxSummaryTokens, tokens / 4));
    }
  }

  /** Without any limits: what a turn of the session could not send any more is taken out. */
  private Limits limits(Begun begun) {
    Integer messages = begun.request().maxMessages();
    Integer tokens = begun.request().maxTokens();
    if (messages == null && tokens == null) {
      Integer bound = begun.session().maxContextTokens();
      return new Limits(
          settings.maxContextMessages(), bound == null ? settings.maxContextTokens() : bound);
    }
    return new Limits(
        messages == null ? Window.UNLIMITED : messages, tokens == null ? Window.UNLIMITED : tokens);
  }

  private Step summarise(Begun begun, CompactionPlan plan) throws InterruptedException {
    CompactionRequested request = begun.request();
    RoutePlan routePlan;
    try {
      routePlan =
          routes.plan(
              new RouteRequest(
                  request.sessionKey(),
                  begun.session().model(),
                  begun.session().provider(),
                  false));
    } catch (ProviderException e) {
      return ending.write(
          ends.failed(request, begun.attempt(), begun.startedAt(), TurnEnds.errorOf(e)));
    }
    SummaryProgress progress = progress(begun, plan);
    Summariser.Order order =
        new Summariser.Order(
            request,
            begun.attempt(),
            1,
            routePlan,
            new BudgetGuard.Spender(request, null, begun.session(), begun.history()),
            plan.to(),
            plan::goes,
            settings.maxContextTokens());
    RunningTurn call = running.begin(request.jobId(), begun.attempt(), begun.startedAt());
    String summary = null;
    ProviderException failure = null;
    BudgetStop stop = null;
    InterruptedException interrupt = null;
    boolean cancelled;
    try (Turn.Absence _ = begun.inEngine().leave()) {
      summary = summariser.summarise(order, progress);
    } catch (ProviderException e) {
      failure = e;
    } catch (BudgetStop e) {
      stop = e;
    } catch (InterruptedException e) {
      interrupt = e;
    } catch (Summariser.EmptySummaryException e) {
      // Told by the summary that is missing.
    } finally {
      cancelled = call.end();
    }
    if (cancelled) {
      return write(begun, ends.cancelled(request, begun.attempt()).withUsage(progress.usage));
    }
    if (interrupt != null) {
      throw interrupt;
    }
    if (stop != null) {
      return write(begun, beyondBudget(begun, plan, stop).withUsage(progress.usage));
    }
    if (failure != null && failure.retryAfter() != null) {
      guard.release(request.jobId(), begun.history());
      return new Step.RetryAfter(failure.retryAfter(), failure.code());
    }
    if (failure != null || summary == null) {
      JobError error = failure == null ? EMPTY_SUMMARY : TurnEnds.errorOf(failure);
      return write(
          begun, ends.failed(request, begun.attempt(), begun.startedAt(), error, progress.usage));
    }
    return write(begun, compacted(begun, plan, summary).withUsage(progress.usage));
  }

  /** The ledger lets go of what is held for the jobs that it hears of. */
  private Step write(Begun begun, TurnEnd end) throws InterruptedException {
    Step step = ending.write(end);
    if (end.usage().isEmpty()) {
      guard.release(begun.request().jobId(), begun.history());
    }
    return step;
  }

  /** Where nothing is called without a fault, nothing is taken out either. */
  private TurnEnd beyondBudget(Begun begun, CompactionPlan plan, BudgetStop stop) {
    if (!stop.skip()) {
      return ends.failed(begun.request(), begun.attempt(), begun.startedAt(), stop.error());
    }
    BitSet all = new BitSet();
    all.set(0, plan.outlines().size());
    return compacted(begun, new CompactionPlan(plan.first(), plan.outlines(), all), null);
  }

  private static SummaryProgress progress(Begun begun, CompactionPlan plan) {
    SummaryProgress progress = begun.history().summary;
    if (progress == null) {
      progress = new SummaryProgress(null, plan.from());
      begun.history().summary = progress;
    }
    return progress;
  }

  private TurnEnd compacted(Begun begun, CompactionPlan plan, @Nullable String summary) {
    CompactionRequested request = begun.request();
    SummaryProgress progress = begun.history().summary;
    Message message =
        summary == null ? null : Summariser.message(summary, plan.goneInAll(), request, ends.now());
    Rewrite rewrite =
        plan.isEmpty()
            ? null
            : new Rewrite(
                begun.session().messageCount(), plan.from(), plan.to(), plan.kept(), message);
    TokenUsage usage = progress == null ? null : Metering.sum(progress.usage);
    CompactionStrategy strategy = request.strategy();
    Compaction compaction =
        new Compaction(
            strategy,
            rewrite != null,
            rewrite == null ? 0 : rewrite.removedCount(),
            summary == null ? null : usage);
    return new TurnEnd(
        new JobOutcome.Compacted(
            ends.ended(request, begun.attempt(), begun.startedAt()), compaction),
        begun.attempt(),
        begun.session().incarnation(),
        List.of(),
        null,
        rewrite,
        List.of());
  }
}
