package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.FinishReason;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage events in the one form in which they are written nearly always, by hand: whoever adds
 * them up spends a third of the time in reading.
 *
 * <p>It decides nothing. What is not exactly in that form, be it a field that is not known, twice
 * there or missing, a correction or a value of another type, is left to the general reader, so that
 * there is one opinion only on what is an event. Thread-safe.
 */
final class UsageEventReader {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(EventCodec.MAX_DEPTH)
                  .maxNumberLength(Json.MAX_NUMBER_LENGTH)
                  .build())
          .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /** Metadata may hold anything, and is held to the same rules as in the general reader. */
  private static final ObjectReader METADATA = EventCodec.MAPPER.readerFor(ObjectNode.class);

  private static final int LONGEST_PLAIN_DECIMAL = 100;

  private UsageEventReader() {}

  /**
   * @return null for what the general reader has to decide on
   */
  static @Nullable UsageEvent read(byte[] value) {
    try {
      UsageEvent plain = UsageEventScanner.read(value);
      return plain == null ? parse(value) : plain;
    } catch (RuntimeException e) {
      // an id that is none
      return null;
    }
  }

  private static @Nullable UsageEvent parse(byte[] value) {
    try (JsonParser parser = FACTORY.createParser(value)) {
      Fields fields = new Fields(value);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        if (!fields.take(name, parser)) {
          return null;
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        return null;
      }
      return fields.event();
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  static @Nullable FinishReason reason(@Nullable String text) {
    return text == null
        ? null
        : switch (text) {
          case "stop" -> FinishReason.STOP;
          case "length" -> FinishReason.LENGTH;
          case "tool_call" -> FinishReason.TOOL_CALL;
          case "content_filter" -> FinishReason.CONTENT_FILTER;
          case "error" -> FinishReason.ERROR;
          default -> null;
        };
  }

  private static final class Fields {
    private final byte[] json;
    private @Nullable String eventId;
    private @Nullable String requestId;
    private @Nullable String jobId;
    private @Nullable String sessionId;
    private @Nullable String tenantId;
    private @Nullable String botId;
    private @Nullable String provider;
    private @Nullable String model;
    private @Nullable FinishReason finishReason;
    private long durationMs = -1;
    private @Nullable Instant timestamp;
    private @Nullable String routingDecision;
    private @Nullable ObjectNode metadata;
    private long inputTokens = -1;
    private long outputTokens = -1;
    private long cachedTokens = -1;
    private long cachedReadTokens = -1;
    private long cachedWriteTokens = -1;
    private long reasoningTokens = -1;
    private boolean costTold;
    private @Nullable BigDecimal costUSD;
    private @Nullable String priceVersion;
    private @Nullable Boolean estimated;
    private @Nullable Long cachedWrite1hTokens;

    Fields(byte[] json) {
      this.json = json;
    }

    /**
     * @return false when it is nothing for us
     */
    boolean take(String name, JsonParser parser) throws IOException {
      JsonToken token = parser.nextToken();
      return switch (name) {
        case "eventId" -> eventId == null && (eventId = text(token, parser)) != null;
        case "requestId" -> requestId == null && (requestId = text(token, parser)) != null;
        case "jobId" -> jobId == null && (jobId = text(token, parser)) != null;
        case "sessionId" -> sessionId == null && (sessionId = text(token, parser)) != null;
        case "tenantId" -> tenantId == null && (tenantId = text(token, parser)) != null;
        case "botId" -> botId == null && (botId = text(token, parser)) != null;
        case "provider" -> provider == null && (provider = text(token, parser)) != null;
        case "model" -> model == null && (model = text(token, parser)) != null;
        case "finishReason" ->
            finishReason == null && (finishReason = reason(text(token, parser))) != null;
        case "durationMs" -> durationMs < 0 && (durationMs = count(token, parser)) >= 0;
        case "timestamp" -> timestamp == null && (timestamp = time(text(token, parser))) != null;
        case "routingDecision" ->
            routingDecision == null && (routingDecision = text(token, parser)) != null;
        case "metadata" -> metadata == null && (metadata = object(token, parser)) != null;
        case "inputTokens" -> inputTokens < 0 && (inputTokens = count(token, parser)) >= 0;
        case "outputTokens" -> outputTokens < 0 && (outputTokens = count(token, parser)) >= 0;
        case "cachedTokens" -> cachedTokens < 0 && (cachedTokens = count(token, parser)) >= 0;
        case "cachedReadTokens" ->
            cachedReadTokens < 0 && (cachedReadTokens = count(token, parser)) >= 0;
        case "cachedWriteTokens" ->
            cachedWriteTokens < 0 && (cachedWriteTokens = count(token, parser)) >= 0;
        case "reasoningTokens" ->
            reasoningTokens < 0 && (reasoningTokens = count(token, parser)) >= 0;
        case "costUSD" -> !costTold && cost(token, parser);
        case "priceVersion" -> priceVersion == null && (priceVersion = text(token, parser)) != null;
        case "estimated" -> estimated == null && (estimated = truth(token)) != null;
        case "cachedWrite1hTokens" ->
            cachedWrite1hTokens == null && (cachedWrite1hTokens = count(token, parser)) >= 0;
        default -> false;
      };
    }

    private @Nullable ObjectNode object(@Nullable JsonToken token, JsonParser parser)
        throws IOException {
      if (token != JsonToken.START_OBJECT) {
        return null;
      }
      int begin = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
      parser.skipChildren();
      int end = Math.toIntExact(parser.currentLocation().getByteOffset());
      return METADATA.readValue(json, begin, end - begin);
    }

    private static @Nullable String text(@Nullable JsonToken token, JsonParser parser)
        throws IOException {
      return token == JsonToken.VALUE_STRING ? parser.getText() : null;
    }

    private static @Nullable Instant time(@Nullable String text) {
      return text == null ? null : WireTime.parseOurs(text);
    }

    private static long count(@Nullable JsonToken token, JsonParser parser) throws IOException {
      return token == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() : -1;
    }

    private static @Nullable Boolean truth(@Nullable JsonToken token) {
      if (token == JsonToken.VALUE_TRUE) {
        return Boolean.TRUE;
      }
      return token == JsonToken.VALUE_FALSE ? Boolean.FALSE : null;
    }

    private boolean cost(@Nullable JsonToken token, JsonParser parser) throws IOException {
      costTold = true;
      if (token == JsonToken.VALUE_NULL) {
        return true;
      }
      if ((token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT)
          || parser.getTextLength() > LONGEST_PLAIN_DECIMAL) {
        return false;
      }
      BigDecimal number = parser.getDecimalValue();
      costUSD = number;
      // exponents are the general reader's
      return number.scale() >= 0 && number.scale() <= LONGEST_PLAIN_DECIMAL;
    }

    /**
     * @return null when something is missing
     */
    @Nullable UsageEvent event() {
      if (eventId == null
          || jobId == null
          || sessionId == null
          || tenantId == null
          || provider == null
          || model == null
          || finishReason == null
          || durationMs < 0
          || timestamp == null
          || routingDecision == null
          || estimated == null
          || !costTold
          || areTokensMissing()) {
        return null;
      }
      return new UsageEvent(
          eventId,
          requestId,
          new JobId(jobId),
          new SessionId(sessionId),
          new TenantId(tenantId),
          botId,
          provider,
          model,
          finishReason,
          durationMs,
          timestamp,
          routingDecision,
          metadata,
          inputTokens,
          outputTokens,
          cachedTokens,
          cachedReadTokens,
          cachedWriteTokens,
          reasoningTokens,
          costUSD,
          priceVersion,
          estimated,
          cachedWrite1hTokens,
          null);
    }

    private boolean areTokensMissing() {
      return (inputTokens | outputTokens | cachedTokens) < 0
          || (cachedReadTokens | cachedWriteTokens | reasoningTokens) < 0;
    }
  }
}
