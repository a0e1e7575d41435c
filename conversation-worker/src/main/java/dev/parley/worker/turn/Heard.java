package dev.parley.worker.turn;

import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.RateLimits;
import dev.parley.worker.provider.ReplyListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers of a call what its bill needs when it is broken off; passes everything on. */
final class Heard implements ReplyListener {

  private final ReplyListener next;
  private @Nullable String model;
  private @Nullable ProviderUsage usage;
  private long characters;

  /** How many of them had come when the usage was told. */
  private long charactersTold;

  private final List<ProviderException.Partial> paidTries = new ArrayList<>();

  Heard(ReplyListener next) {
    this.next = next;
  }

  /** The model that began to answer; null when none did, and nothing was generated. */
  @Nullable String model() {
    return model;
  }

  @Nullable ProviderUsage usage() {
    return usage != null && characters > charactersTold ? usage.asUnfinished() : usage;
  }

  /** How many UTF-16 units of output came. */
  long characters() {
    return characters;
  }

  @Override
  public void onStarted(String startedModel) {
    model = startedModel;
    next.onStarted(startedModel);
  }

  @Override
  public void onText(String delta) {
    characters += delta.length();
    next.onText(delta);
  }

  @Override
  public void onReasoningStarted() {
    next.onReasoningStarted();
  }

  @Override
  public void onReasoningDelta(String delta) {
    characters += delta.length();
    next.onReasoningDelta(delta);
  }

  @Override
  public void onReasoningCompleted() {
    next.onReasoningCompleted();
  }

  @Override
  public void onToolCallStart(String id, String name) {
    characters += name.length();
    next.onToolCallStart(id, name);
  }

  @Override
  public void onToolCallDelta(String id, String fragment) {
    characters += fragment.length();
    next.onToolCallDelta(id, fragment);
  }

  @Override
  public void onToolCallArguments(String id, String name, String json) {
    next.onToolCallArguments(id, name, json);
  }

  @Override
  public void onUsage(ProviderUsage told) {
    usage = told;
    charactersTold = characters;
    next.onUsage(told);
  }

  /** What failed tries used that another one followed. */
  List<ProviderException.Partial> paidTries() {
    return paidTries;
  }

  @Override
  public void onTryFailed(ProviderException failure) {
    if (failure.partial().usage() != null) {
      paidTries.add(failure.partial());
    }
    model = null;
    usage = null;
    next.onTryFailed(failure);
  }

  @Override
  public void onRateLimits(RateLimits limits) {
    next.onRateLimits(limits);
  }

  @Override
  public void onRetry(int attempt, String cause) {
    next.onRetry(attempt, cause);
  }
}
