package dev.parley.worker.resilience;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.TimeUnit;

/** Makes one try, unless the model's circuit is open. Thread-safe. */
final class BreakerProvider implements ChatProvider {

  private final ChatProvider provider;
  private final Breakers breakers;

  BreakerProvider(ChatProvider provider, Breakers breakers) {
    this.provider = provider;
    this.breakers = breakers;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException {
    Breakers.Circuit circuit = breakers.of(provider.name(), call.model());
    CircuitBreaker breaker = circuit.breaker;
    if (!breaker.tryAcquirePermission()) {
      throw new ProviderException(new Failure.CircuitOpen(circuit.untilNextProbe()), null);
    }
    boolean judged = false;
    try {
      ProviderReply reply = provider.call(call, listener);
      judged = true;
      breaker.onSuccess(0, TimeUnit.NANOSECONDS);
      return reply;
    } catch (ProviderException e) {
      switch (verdict(e.failure())) {
        case ILL -> {
          judged = true;
          breaker.onError(0, TimeUnit.NANOSECONDS, e);
        }
        case WELL -> {
          judged = true;
          breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        }
        case UNKNOWN -> {}
      }
      throw e;
    } finally {
      if (!judged) {
        breaker.releasePermission();
      }
    }
  }

  private enum Verdict {
    WELL,
    ILL,
    UNKNOWN
  }

  /**
   * What a failure says of the model's health. Limits are kept by waiting and say nothing of it;
   * wrong keys and used up quotas are those of one account, of which there may be several.
   */
  private static Verdict verdict(Failure failure) {
    return switch (failure) {
      case Failure.Overloaded ill -> Verdict.ILL;
      case Failure.Connection ill -> Verdict.ILL;
      case Failure.BrokenStream ill -> Verdict.ILL;
      case Failure.InvalidReply ill -> Verdict.ILL;
      case Failure.Timeout(var phase) -> Verdict.ILL;
      case Failure.ServerError(int status, var retryAfter) ->
          status >= 500 ? Verdict.ILL : Verdict.UNKNOWN;
      case Failure.InvalidRequest well -> Verdict.WELL;
      case Failure.ContentFiltered well -> Verdict.WELL;
      case Failure.RateLimited unknown -> Verdict.UNKNOWN;
      case Failure.Authentication unknown -> Verdict.UNKNOWN;
      case Failure.QuotaExhausted unknown -> Verdict.UNKNOWN;
      case Failure.OwnKeyUnreadable unknown -> Verdict.UNKNOWN;
      case Failure.CircuitOpen unknown -> Verdict.UNKNOWN;
      case Failure.LimitReached unknown -> Verdict.UNKNOWN;
      case Failure.RetriesSpent unknown -> Verdict.UNKNOWN;
    };
  }
}
