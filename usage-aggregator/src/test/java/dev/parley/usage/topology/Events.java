package dev.parley.usage.topology;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Usage events for tests. */
public record Events(
    String id,
    String tenant,
    String provider,
    String model,
    Instant at,
    long tokens,
    @Nullable BigDecimal cost,
    boolean estimated,
    UsageEvent.@Nullable Correction correction,
    @Nullable Tokens exact) {

  /** What the parts of a real call fit together to. */
  public record Tokens(long input, long cached, long output) {}

  public static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

  public static Events of(String id) {
    return new Events(
        id,
        "acme",
        "openai",
        "gpt-5",
        NOON.plusSeconds(60),
        10,
        new BigDecimal("0.1"),
        false,
        null,
        null);
  }

  public Events tenant(String value) {
    return new Events(id, value, provider, model, at, tokens, cost, estimated, correction, exact);
  }

  public Events model(String value) {
    return new Events(id, tenant, provider, value, at, tokens, cost, estimated, correction, exact);
  }

  public Events at(Instant value) {
    return new Events(
        id, tenant, provider, model, value, tokens, cost, estimated, correction, exact);
  }

  public Events tokens(long value) {
    return new Events(id, tenant, provider, model, at, value, cost, estimated, correction, exact);
  }

  public Events cost(@Nullable String value) {
    BigDecimal price = value == null ? null : new BigDecimal(value);
    return new Events(id, tenant, provider, model, at, tokens, price, estimated, correction, exact);
  }

  public Events guessed() {
    return new Events(id, tenant, provider, model, at, tokens, cost, true, correction, exact);
  }

  /** A correction of this event, which costs so much more than was known. */
  public Events correction(int number, String difference) {
    return new Events(
        UsageEvent.correctionId(id, number),
        tenant,
        provider,
        model,
        at,
        0,
        new BigDecimal(difference),
        false,
        new UsageEvent.Correction(id, cost == null),
        null);
  }

  public Events usage(long input, long cached, long output) {
    return new Events(
        id,
        tenant,
        provider,
        model,
        at,
        tokens,
        cost,
        estimated,
        correction,
        new Tokens(input, cached, output));
  }

  public UsageEvent build() {
    return new UsageEvent(
        id,
        null,
        new JobId("job_" + Integer.toHexString(id.hashCode())),
        new SessionId("session"),
        new TenantId(tenant),
        null,
        provider,
        model,
        FinishReason.STOP,
        5,
        at,
        "default",
        null,
        exact == null ? tokens : exact.input(),
        exact == null ? tokens * 2 : exact.output(),
        exact == null ? tokens * 4 : exact.cached(),
        exact == null ? tokens * 4 : exact.cached(),
        exact == null ? tokens * 5 : 0,
        exact == null ? tokens * 3 : 0,
        cost,
        cost == null ? null : correction == null ? "book-1" : "book-2",
        estimated,
        null,
        correction);
  }
}
