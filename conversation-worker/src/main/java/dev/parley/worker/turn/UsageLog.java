package dev.parley.worker.turn;

import dev.parley.schemas.UsageEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Prints usage events as log lines: numbers and ids, neither texts nor metadata, and nothing that a
 * caller could break the line with.
 */
final class UsageLog implements Consumer<UsageEvent> {

  private static final Logger log = LoggerFactory.getLogger("dev.parley.usage");

  @Override
  public void accept(UsageEvent event) {
    LoggingEventBuilder line = log.atInfo().setMessage("usage");
    for (Map.Entry<String, @Nullable Object> field : fields(event).entrySet()) {
      line = line.addKeyValue(field.getKey(), field.getValue());
    }
    line.log();
  }

  static Map<String, @Nullable Object> fields(UsageEvent event) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("event", plain(event.eventId()));
    fields.put("tenant", event.tenantId());
    fields.put("session", event.sessionId());
    fields.put("provider", plain(event.provider()));
    fields.put("model", plain(event.model()));
    fields.put("finishReason", event.finishReason().wireName());
    fields.put("durationMs", event.durationMs());
    fields.put("inputTokens", event.inputTokens());
    fields.put("outputTokens", event.outputTokens());
    fields.put("cachedTokens", event.cachedTokens());
    fields.put("reasoningTokens", event.reasoningTokens());
    fields.put("costUSD", event.costUSD());
    fields.put("estimated", event.estimated());
    return fields;
  }

  /** Models and providers are named by callers. */
  private static String plain(String name) {
    StringBuilder plain = new StringBuilder(name.length());
    name.codePoints()
        .forEach(c -> {
          int type = Character.getType(c);
          boolean breaks =
              Character.isISOControl(c)
                  || type == Character.LINE_SEPARATOR
                  || type == Character.PARAGRAPH_SEPARATOR
                  || type == Character.FORMAT;
          plain.appendCodePoint(breaks ? '?' : c);
        });
    return plain.toString();
  }
}
