package dev.parley.worker.turn;

import dev.parley.schemas.UsageEvent;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prints usage events as log lines: numbers and ids, neither texts nor metadata. */
final class UsageLog implements Consumer<UsageEvent> {

  private static final Logger log = LoggerFactory.getLogger("dev.parley.usage");

  @Override
  public void accept(UsageEvent event) {
    log.atInfo()
        .setMessage("usage")
        .addKeyValue("event", event.eventId())
        .addKeyValue("tenant", event.tenantId())
        .addKeyValue("session", event.sessionId())
        .addKeyValue("provider", event.provider())
        .addKeyValue("model", event.model())
        .addKeyValue("finishReason", event.finishReason().wireName())
        .addKeyValue("durationMs", event.durationMs())
        .addKeyValue("inputTokens", event.inputTokens())
        .addKeyValue("outputTokens", event.outputTokens())
        .addKeyValue("cachedTokens", event.cachedTokens())
        .addKeyValue("reasoningTokens", event.reasoningTokens())
        .addKeyValue("costUSD", event.costUSD())
        .addKeyValue("estimated", event.estimated())
        .log();
  }
}
