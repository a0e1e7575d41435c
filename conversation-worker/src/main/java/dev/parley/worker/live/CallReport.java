package dev.parley.worker.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.storage.live.LiveEvent;
import dev.parley.storage.live.LiveEvents;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what one call says into live events. Deltas of one kind that follow each other within a
 * bundling interval become one event.
 *
 * <p>The call's thread reports, the bundling thread flushes; each method takes the lock.
 */
public final class CallReport implements ReplyListener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CallReport.class);

  private static final String TEXT = "response.text.delta";
  private static final String REASONING = "response.reasoning.delta";

  private final JobId jobId;
  private final int attempt;
  private final LiveEvents events;
  private final Clock clock;
  private final Consumer<CallReport> onClose;
  private final StringBuilder bundle = new StringBuilder();
  private final List<LiveEvent> ready = new ArrayList<>();
  private String bundled = TEXT;
  private int number;

  /**
   * @param eventsBefore how many events of the attempt were told by calls before this one
   */
  CallReport(
      JobId jobId,
      int attempt,
      int eventsBefore,
      LiveEvents events,
      Clock clock,
      Consumer<CallReport> onClose) {
    this.jobId = jobId;
    this.attempt = attempt;
    this.number = eventsBefore;
    this.events = events;
    this.clock = clock;
    this.onClose = onClose;
  }

  /**
   * Says that the turn has begun, once; for a later attempt also that what came before is void. A
   * call that follows another one of the same attempt has nothing to take back: calls are only
   * repeated when nothing of the answer was told.
   */
  public synchronized void started() {
    if (number > 0) {
      return;
    }
    if (attempt > 1) {
      add("response.retry", node().put("attempt", attempt).put("cause", "worker_lost"));
    }
    add("session.message.started", node());
  }

  @Override
  public synchronized void onStarted(String model) {
    add("response.started", node().put("model", model));
  }

  @Override
  public synchronized void onText(String delta) {
    bundle(TEXT, delta);
  }

  @Override
  public synchronized void onReasoningStarted() {
    add("response.reasoning.started", node());
  }

  @Override
  public synchronized void onReasoningDelta(String delta) {
    bundle(REASONING, delta);
  }

  @Override
  public synchronized void onReasoningCompleted() {
    add("response.reasoning.completed", node());
  }

  @Override
  public synchronized void onToolCallStart(String id, String name) {
    add("response.tool_call.start", node().put("id", id).put("name", name));
  }

  @Override
  public synchronized void onToolCallDelta(String id, String fragment) {
    add("response.tool_call.delta", node().put("id", id).put("argsDelta", fragment));
  }

  @Override
  public synchronized void onToolCallArguments(String id, String name, String json) {
    ObjectNode data = node().put("id", id).put("name", name);
    try {
      data.set("args", Json.mapper().readTree(json));
    } catch (JsonProcessingException e) {
      data.put("args", json);
    }
    add("response.tool_call.arguments", data);
  }

  @Override
  public synchronized void onUsage(ProviderUsage usage) {
    ObjectNode tokens =
        node()
            .put("inputTokens", usage.inputTokens())
            .put("outputTokens", usage.outputTokens())
            .put("cachedTokens", usage.cachedReadTokens())
            .put("cachedWriteTokens", usage.cachedWriteTokens())
            .put("reasoningTokens", usage.reasoningTokens());
    ObjectNode data = node();
    data.set("usage", tokens);
    add("response.usage.updated", data);
  }

  @Override
  public synchronized void onRetry(int retryAttempt, String cause) {
    add("response.retry", node().put("attempt", retryAttempt).put("cause", cause));
  }

  /** How many events of the attempt have been told. */
  public synchronized int events() {
    return number;
  }

  /** Hands over what waits. */
  synchronized void flush() {
    endBundle();
    hand();
  }

  @Override
  public void close() {
    flush();
    onClose.accept(this);
  }

  private void bundle(String type, String delta) {
    if (!bundled.equals(type)) {
      endBundle();
      bundled = type;
    }
    bundle.append(delta);
  }

  private void endBundle() {
    if (!bundle.isEmpty()) {
      String text = bundle.toString();
      bundle.setLength(0);
      record(bundled, node().put("delta", text));
    }
  }

  private void add(String type, ObjectNode data) {
    endBundle();
    record(type, data);
  }

  private void record(String type, ObjectNode data) {
    number++;
    ready.add(new LiveEvent(LiveEvent.sequence(attempt, number), type, clock.instant(), data));
  }

  private void hand() {
    if (ready.isEmpty()) {
      return;
    }
    List<LiveEvent> handed = List.copyOf(ready);
    ready.clear();
    try {
      events.append(jobId, handed);
    } catch (RuntimeException e) {
      // Best effort: what watches a turn must never break it, nor the thread that flushes them all.
      log.atDebug()
          .setMessage("live events lost")
          .addKeyValue("job", jobId)
          .addKeyValue("cause", e.getClass().getSimpleName())
          .log();
    }
  }

  private static ObjectNode node() {
    return Json.mapper().createObjectNode();
  }
}
