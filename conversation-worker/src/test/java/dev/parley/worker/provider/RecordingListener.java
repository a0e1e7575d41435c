package dev.parley.worker.provider;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it hears, a line each. */
public final class RecordingListener implements ReplyListener {

  private final List<String> heard = new CopyOnWriteArrayList<>();

  public List<String> heard() {
    return heard;
  }

  @Override
  public void onStarted(String model) {
    heard.add("started " + model);
  }

  @Override
  public void onText(String delta) {
    heard.add("text " + delta);
  }

  @Override
  public void onReasoningStarted() {
    heard.add("reasoning started");
  }

  @Override
  public void onReasoningDelta(String delta) {
    heard.add("reasoning " + delta);
  }

  @Override
  public void onReasoningCompleted() {
    heard.add("reasoning completed");
  }

  @Override
  public void onToolCallStart(String id, String name) {
    heard.add("tool " + id + " " + name);
  }

  @Override
  public void onToolCallDelta(String id, String fragment) {
    heard.add("tool " + id + " += " + fragment);
  }

  @Override
  public void onToolCallArguments(String id, String name, String json) {
    heard.add("tool " + id + " " + name + " " + json);
  }

  @Override
  public void onUsage(ProviderUsage usage) {
    heard.add("usage " + usage.inputTokens() + "/" + usage.outputTokens());
  }

  @Override
  public void onRateLimits(RateLimits limits) {
    heard.add("limits " + limits.remainingRequests() + "/" + limits.remainingTokens());
  }

  @Override
  public void onRetry(int attempt, String cause) {
    heard.add("retry " + attempt + " " + cause);
  }
}
