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
    UsageEvent.@Nullable Correction correction) {

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
        null);
  }

  public Events tenant(String value) {
    return new Events(id, value, provider, model, at, tokens, cost, estimated, correction);
  }

  public Events model(String value) {
    return new Events(id, tenant, provider, value, at, tokens, cost, estimated, correction);
  }

  public Events at(Instant value) {
    return new Events(id, tenant, provider, model, value, tokens, cost, estimated, correction);
  }

  public Events tokens(long value) {
    return new Events(id, tenant, provider, model, at, value, cost, estimated, correction);
  }

  public Events cost(@Nullable String value) {
    BigDecimal exact = value == null ? null : new BigDecimal(value);
    return new Events(id, tenant, provider, model, at, tokens, exact, estimated, correction);
  }

  public Events guessed() {
    return new Events(id, tenant, provider, model, at, tokens, cost, true, correction);
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
        new UsageEvent.Correction(id, cost == null));
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
        tokens,
        tokens * 2,
        tokens * 4,
        tokens * 4,
        tokens * 5,
        tokens * 3,
        cost,
        cost == null ? null : correction == null ? "book-1" : "book-2",
        estimated,
        null,
        correction);
  }
}
