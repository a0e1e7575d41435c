package dev.parley.usage.csv;

import dev.parley.schemas.Json;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The line of a single usage event. */
final class EventRow {

  static final List<String> COLUMNS = UsageStore.LINE_COLUMNS;

  private EventRow() {}

  static List<String> of(UsageEvent event) {
    return List.of(
        text(event.eventId()),
        text(event.requestId()),
        text(event.jobId().value()),
        text(event.sessionId().value()),
        text(event.tenantId().value()),
        text(event.botId()),
        text(event.provider()),
        text(event.model()),
        event.finishReason().wireName(),
        Long.toString(event.durationMs()),
        Json.format(event.timestamp()),
        text(event.routingDecision()),
        event.metadata() == null ? "" : event.metadata().toString(),
        Long.toString(event.inputTokens()),
        Long.toString(event.outputTokens()),
        Long.toString(event.cachedTokens()),
        Long.toString(event.cachedReadTokens()),
        Long.toString(event.cachedWriteTokens()),
        Long.toString(event.reasoningTokens()),
        event.costUSD() == null ? "" : event.costUSD().toPlainString(),
        text(event.priceVersion()),
        Boolean.toString(event.estimated()),
        event.cachedWrite1hTokens() == null ? "" : event.cachedWrite1hTokens().toString(),
        event.correction() == null ? "" : text(event.correction().eventId()));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : FormulaFence.guard(value);
  }
}
