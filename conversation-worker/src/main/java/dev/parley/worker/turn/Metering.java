package dev.parley.worker.turn;

import dev.parley.schemas.Submission;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.Router;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what a call used into tokens with a price, and into the ledger's row. */
final class Metering {

  private final Pricing pricing;

  Metering(Pricing pricing) {
    this.pricing = pricing;
  }

  /**
   * The ledger's row of one call.
   *
   * @param step which of the attempt's calls it was, from 1
   * @param told what the provider told; null when it told nothing, then {@code estimate} counts;
   *     when it told this before the answer had ended, the estimated output counts
   */
  UsageEvent event(
      Submission submission,
      int attempt,
      int step,
      Router.Route route,
      String model,
      FinishReason finishReason,
      Instant startedAt,
      Instant endedAt,
      @Nullable ProviderUsage told,
      ProviderUsage estimate) {
    ProviderUsage usage = told == null ? estimate : told.withAtLeast(estimate.outputTokens());
    Pricing.Priced priced = priceOf(route, model, usage, endedAt);
    return new UsageEvent(
        UsageEvent.eventId(submission.jobId(), attempt, step),
        submission.requestId(),
        submission.jobId(),
        submission.sessionId(),
        submission.tenantId(),
        botOf(submission),
        route.provider().name(),
        model,
        finishReason,
        Math.max(0, Duration.between(startedAt, endedAt).toMillis()),
        endedAt,
        route.decision(),
        submission.metadata(),
        usage.inputTokens(),
        usage.outputTokens(),
        usage.cachedReadTokens(),
        usage.cachedReadTokens(),
        usage.cachedWriteTokens(),
        usage.reasoningTokens(),
        priced.costUSD(),
        priced.version(),
        told == null || told.unfinished(),
        usage.cachedWrite1hTokens() == 0 ? null : usage.cachedWrite1hTokens(),
        null);
  }

  /** What several calls used together; without a price when one of them has none. */
  static TokenUsage sum(List<UsageEvent> events) {
    TokenUsage sum = TokenUsage.NONE;
    for (UsageEvent event : events) {
      TokenUsage usage = event.tokenUsage();
      sum =
          new TokenUsage(
              sum.inputTokens() + usage.inputTokens(),
              sum.outputTokens() + usage.outputTokens(),
              sum.cachedTokens() + usage.cachedTokens(),
              sum.cachedWriteTokens() + usage.cachedWriteTokens(),
              sum.reasoningTokens() + usage.reasoningTokens(),
              sum.costUSD() == null || usage.costUSD() == null
                  ? null
                  : sum.costUSD().add(usage.costUSD()),
              sum.estimated() || usage.estimated());
    }
    return sum;
  }

  /**
   * Providers answer with a dated name for the model that was asked for; the price is looked up by
   * that name first.
   */
  private Pricing.Priced priceOf(
      Router.Route route, String model, ProviderUsage usage, Instant endedAt) {
    Pricing.Priced priced = pricing.price(route.provider().name(), model, usage, endedAt);
    return priced.costUSD() != null || model.equals(route.model())
        ? priced
        : pricing.price(route.provider().name(), route.model(), usage, endedAt);
  }

  /** A client names the bot that speaks in the metadata of its messages. */
  private static @Nullable String botOf(Submission submission) {
    if (submission.metadata() == null) {
      return null;
    }
    var botId = submission.metadata().get("botId");
    return botId != null && botId.isTextual() ? botId.textValue() : null;
  }
}
