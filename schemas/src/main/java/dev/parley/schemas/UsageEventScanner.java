package dev.parley.schemas;

import dev.parley.schemas.chat.FinishReason;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage events that are byte for byte as the codec writes plain ones: the fields in their
 * order, no white space, ASCII without escapes, no metadata. A name is compared as a whole with
 * what has to come next, which takes a quarter of the time of a parser that looks what is there.
 *
 * <p>As {@link UsageEventReader}, it decides nothing. For one event.
 */
final class UsageEventScanner {

  private static final byte[] EVENT_ID = ascii("{\"eventId\":");
  private static final byte[] REQUEST_ID = name("requestId");
  private static final byte[] JOB_ID = name("jobId");
  private static final byte[] SESSION_ID = name("sessionId");
  private static final byte[] TENANT_ID = name("tenantId");
  private static final byte[] BOT_ID = name("botId");
  private static final byte[] PROVIDER = name("provider");
  private static final byte[] MODEL = name("model");
  private static final byte[] FINISH_REASON = name("finishReason");
  private static final byte[] DURATION_MS = name("durationMs");
  private static final byte[] TIMESTAMP = name("timestamp");
  private static final byte[] ROUTING_DECISION = name("routingDecision");
  private static final byte[] INPUT_TOKENS = name("inputTokens");
  private static final byte[] OUTPUT_TOKENS = name("outputTokens");
  private static final byte[] CACHED_TOKENS = name("cachedTokens");
  private static final byte[] CACHED_READ_TOKENS = name("cachedReadTokens");
  private static final byte[] CACHED_WRITE_TOKENS = name("cachedWriteTokens");
  private static final byte[] REASONING_TOKENS = name("reasoningTokens");
  private static final byte[] COST_USD = name("costUSD");
  private static final byte[] PRICE_VERSION = name("priceVersion");
  private static final byte[] ESTIMATED = name("estimated");
  private static final byte[] CACHED_WRITE_1H_TOKENS = name("cachedWrite1hTokens");
  private static final byte[] NULL = ascii("null");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] END = ascii("}");

  /** What a long holds whatever the digits are. */
  private static final int MAX_DIGITS = 18;

  private static final String NONE = "";

  private final byte[] json;
  private int at;

  /** Once false, nothing that is read counts. */
  private boolean plain = true;

  private UsageEventScanner(byte[] json) {
    this.json = json;
  }

  private static byte[] name(String name) {
    return ascii(",\"" + name + "\":");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @return null for what another reader has to decide on
   */
  static @Nullable UsageEvent read(byte[] json) {
    return new UsageEventScanner(json).event();
  }

  private @Nullable UsageEvent event() {
    String eventId = text(EVENT_ID);
    String requestId = textOrNull(REQUEST_ID);
    String jobId = text(JOB_ID);
    String sessionId = text(SESSION_ID);
    String tenantId = text(TENANT_ID);
    String botId = textOrNull(BOT_ID);
    String provider = text(PROVIDER);
    String model = text(MODEL);
    FinishReason reason = UsageEventReader.reason(text(FINISH_REASON));
    long durationMs = count(DURATION_MS);
    Instant timestamp = WireTime.parseOurs(text(TIMESTAMP));
    String routingDecision = text(ROUTING_DECISION);
    long input = count(INPUT_TOKENS);
    long output = count(OUTPUT_TOKENS);
    long cached = count(CACHED_TOKENS);
    long cachedRead = count(CACHED_READ_TOKENS);
    long cachedWrite = count(CACHED_WRITE_TOKENS);
    long reasoning = count(REASONING_TOKENS);
    need(COST_USD);
    BigDecimal cost = is(NULL) ? null : decimal();
    String priceVersion = textOrNull(PRICE_VERSION);
    need(ESTIMATED);
    boolean estimated = is(TRUE);
    plain &= estimated || is(FALSE);
    Long cachedWrite1h = is(CACHED_WRITE_1H_TOKENS) ? digits() : null;
    need(END);
    if (!plain || at != json.length || reason == null || timestamp == null) {
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
        reason,
        durationMs,
        timestamp,
        routingDecision,
        null,
        input,
        output,
        cached,
        cachedRead,
        cachedWrite,
        reasoning,
        cost,
        priceVersion,
        estimated,
        cachedWrite1h,
        null);
  }

  private void need(byte[] token) {
    plain &= is(token);
  }

  private boolean is(byte[] token) {
    int end = at + token.length;
    if (!plain || end > json.length || !Arrays.equals(json, at, end, token, 0, token.length)) {
      return false;
    }
    at = end;
    return true;
  }

  private String text(byte[] name) {
    need(name);
    return plain ? text() : NONE;
  }

  private @Nullable String textOrNull(byte[] name) {
    return is(name) ? text() : null;
  }

  private String text() {
    if (at == json.length || json[at] != '"') {
      plain = false;
      return NONE;
    }
    int begin = ++at;
    while (at < json.length && json[at] != '"') {
      // bytes of other characters than ASCII are negative
      if (json[at] < ' ' || json[at] == '\\') {
        plain = false;
        return NONE;
      }
      at++;
    }
    if (at == json.length) {
      plain = false;
      return NONE;
    }
    return new String(json, begin, at++ - begin, StandardCharsets.ISO_8859_1);
  }

  private long count(byte[] name) {
    need(name);
    return plain ? digits() : 0;
  }

  /** A whole number without a sign and without zeros in front. */
  private long digits() {
    int begin = at;
    long value = fraction(0);
    int count = at - begin;
    plain &= count > 0 && count <= MAX_DIGITS && (json[begin] != '0' || count == 1);
    return value;
  }

  private long fraction(long whole) {
    long value = whole;
    while (at < json.length && json[at] >= '0' && json[at] <= '9') {
      value = 10 * value + (json[at++] - '0');
    }
    return value;
  }

  private BigDecimal decimal() {
    int begin = at;
    long value = digits();
    if (at == json.length || json[at] != '.') {
      return BigDecimal.valueOf(value);
    }
    int point = at++;
    value = fraction(value);
    int scale = at - point - 1;
    plain &= scale > 0 && at - begin - 1 <= MAX_DIGITS;
    return BigDecimal.valueOf(value, scale);
  }
}
