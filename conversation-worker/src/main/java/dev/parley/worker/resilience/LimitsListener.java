package dev.parley.worker.resilience;

import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.RateLimits;
import dev.parley.worker.provider.ReplyListener;
import java.util.function.Consumer;

/** Hands a copy of what the provider says of its limits over; passes everything on. */
record LimitsListener(ReplyListener next, Consumer<RateLimits> limits) implements ReplyListener {

  @Override
  public void onRateLimits(RateLimits told) {
    limits.accept(told);
    next.onRateLimits(told);
  }

  @Override
  public void onStarted(String model) {
    next.onStarted(model);
  }

  @Override
  public void onText(String delta) {
    next.onText(delta);
  }

  @Override
  public void onReasoningStarted() {
    next.onReasoningStarted();
  }

  @Override
  public void onReasoningDelta(String delta) {
    next.onReasoningDelta(delta);
  }

  @Override
  public void onReasoningCompleted() {
    next.onReasoningCompleted();
  }

  @Override
  public void onToolCallStart(String id, String name) {
    next.onToolCallStart(id, name);
  }

  @Override
  public void onToolCallDelta(String id, String fragment) {
    next.onToolCallDelta(id, fragment);
  }

  @Override
  public void onToolCallArguments(String id, String name, String json) {
    next.onToolCallArguments(id, name, json);
  }

  @Override
  public void onUsage(ProviderUsage usage) {
    next.onUsage(usage);
  }

  @Override
  public void onTryFailed(ProviderException failure) {
    next.onTryFailed(failure);
  }

  @Override
  public void onRetry(int attempt, String cause) {
    next.onRetry(attempt, cause);
  }
}
