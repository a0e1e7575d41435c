package dev.parley.worker.turn;

import dev.parley.schemas.UsageEvent;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router.Route;
import dev.parley.worker.routing.RoutePlan;
import dev.parley.worker.turn.Admission.CallHistory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls the routes of a turn's plan one after the other until one answers. Goes on only while
 * nothing of an answer has been seen. Used by the turn's thread alone.
 */
final class RoutedCall {

  /** Of all routes together, after which the turn gives up. */
  private static final int MAX_ROUNDS = 6;

  private static final Duration LATER = Duration.ofSeconds(1);

  /** What providers call a model that they do not have (any more). */
  private static final Set<String> NO_SUCH_MODEL =
      Set.of("model_not_found", "not_found_error", "not_found", "NOT_FOUND");

  private final PreparedTurn turn;
  private final RoutePlan plan;
  private final Function<Route, ProviderCall> asking;
  private final ReplyListener listener;
  private final BudgetGuard guard;
  private final TurnEnds ends;
  private final TurnMetrics metrics;
  private TurnEnds.Call made;
  private int tries;
  private @Nullable ProviderException comesAgain;

  RoutedCall(
      PreparedTurn turn,
      RoutePlan plan,
      Function<Route, ProviderCall> asking,
      ReplyListener listener,
      BudgetGuard guard,
      TurnEnds ends,
      TurnMetrics metrics) {
    this.turn = turn;
    this.plan = plan;
    this.asking = asking;
    this.listener = listener;
    this.guard = guard;
    this.ends = ends;
    this.metrics = metrics;
    this.made = callOf(0);
  }

  /** The call that was made last, or would have been. */
  TurnEnds.Call made() {
    return made;
  }

  /**
   * @throws ProviderException when no route answered; with {@link ProviderException#retryAfter()}
   *     when the turn is to come again: what its failure cost stands in the turn's history then
   */
  ProviderReply run() throws ProviderException, BudgetStop, InterruptedException {
    int last = plan.routes().size() - 1;
    for (int i = 0; ; i++) {
      if (i > 0) {
        made = callOf(i);
      }
      List<String> warnings = guard.admit(BudgetGuard.Spender.of(turn), made.route(), made.asked());
      made = made.withWarnings(warnings);
      try {
        return made.route().provider().call(made.asked(), made.heard());
      } catch (ProviderException e) {
        tries += e.tries() - made.asked().triesBefore();
        if (i == last) {
          turn.history().tries = e.tries();
          throw noted(decided(e), e);
        }
        if (e.visibleOutput() || !mayGoOn(e, plan)) {
          throw noted(e.failure().attempted() ? e.decided(e.tries(), null) : soonest(e), e);
        }
        comesAgain = sooner(comesAgain, laterOf(e));
        metrics.fellBack(made.route().provider().name(), e.code());
        made.heard().onTryFailed(e);
        listener.onRetry(tries + 1, e.code());
      } finally {
        noteTries();
      }
    }
  }

  /** Where the turn comes again, what the last try cost is a bill of its own. */
  private ProviderException noted(ProviderException thrown, ProviderException cause) {
    if (thrown.retryAfter() != null) {
      made.heard().onTryFailed(cause);
    }
    return thrown;
  }

  /** A route that was left soon may answer later, when no other one can. */
  private ProviderException laterOf(ProviderException e) {
    if (e.retryAfter() != null || !e.retryable()) {
      return e;
    }
    Duration wait = LATER.multipliedBy(1L << Math.min(turn.history().rounds, MAX_ROUNDS));
    // Apart from each other, as far as the jobs' ids are.
    long apart = Math.floorMod(turn.submission().jobId().hashCode(), wait.toMillis());
    return e.decided(e.tries(), wait.plusMillis(apart));
  }

  /** What failed tries cost is a bill of its own, whatever comes after them. */
  private void noteTries() {
    CallHistory history = turn.history();
    for (ProviderException.Partial partial : made.heard().paidTries()) {
      UsageEvent event = ends.paid(made, partial);
      if (event != null) {
        history.paid.add(event);
      }
    }
    made.heard().paidTries().clear();
  }

  /** The last route has failed; the turn comes again when any of them may answer later. */
  private ProviderException decided(ProviderException e) {
    if (e.visibleOutput() || (e.retryAfter() == null && (e.retryable() || comesAgain == null))) {
      return e;
    }
    ProviderException again = soonest(e);
    return ++turn.history().rounds < MAX_ROUNDS || !again.failure().attempted() ? again : e;
  }

  private ProviderException soonest(ProviderException e) {
    ProviderException soonest = sooner(comesAgain, e);
    return soonest == null ? e : soonest;
  }

  private static @Nullable ProviderException sooner(
      @Nullable ProviderException a, @Nullable ProviderException b) {
    Duration ofA = a == null ? null : a.retryAfter();
    Duration ofB = b == null ? null : b.retryAfter();
    if (ofA == null || ofB == null) {
      return ofA == null ? (ofB == null ? null : b) : a;
    }
    return ofA.compareTo(ofB) <= 0 ? a : b;
  }

  /** Whether the next route of the plan may answer what this one did not. */
  static boolean mayGoOn(ProviderException e, RoutePlan plan) {
    return switch (e.failure()) {
      case Failure.LimitReached limit -> plan.overflow();
      case Failure.InvalidRequest(String reason) ->
          reason != null && NO_SUCH_MODEL.contains(reason);
      case Failure.ContentFiltered filtered -> false;
      // The deployment does not pay for whom means to pay himself.
      case Failure.OwnKeyUnreadable unreadable -> false;
      case Failure.CircuitOpen open -> true;
      case Failure.RetriesSpent spent -> true;
      case Failure.RateLimited limited -> true;
      case Failure.Overloaded overloaded -> true;
      case Failure.Timeout timeout -> true;
      case Failure.Connection connection -> true;
      case Failure.BrokenStream broken -> true;
      case Failure.ServerError error -> true;
      case Failure.InvalidReply invalid -> true;
      case Failure.Authentication authentication -> true;
      case Failure.QuotaExhausted quota -> true;
    };
  }

  private TurnEnds.Call callOf(int index) {
    Route route = plan.routes().get(index);
    boolean last = index == plan.routes().size() - 1;
    // A repeat of the whole way is one for each route of it.
    int before = last ? turn.history().tries : Math.min(turn.history().rounds, 1);
    Route taken = new Route(route.provider(), route.model(), plan.decision(index));
    ProviderCall asked = asking.apply(route).withTriesBefore(before);
    return new TurnEnds.Call(
        turn,
        taken,
        // Another model's call is another request.
        index == 0 ? asked : asked.withRequestKey(asked.requestKey() + "." + index),
        new Heard(listener),
        List.of());
  }
}
