package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.TokenUsage;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one provider call used: a row of the ledger and a record of {@link Topics#USAGE_EVENTS}. Or
 * what an earlier one has to be corrected by: see {@link Correction}.
 *
 * @param eventId deterministic, see {@link #eventId(JobId, int, int)}
 * @param requestId the caller's own id of the request
 * @param botId who of the tenant's bots spoke, where the caller told
 * @param routingDecision how the model was chosen, for instance {@code default:gpt-5-mini}
 * @param metadata the submission's
 * @param inputTokens all input, cached input included
 * @param outputTokens all output, reasoning included
 * @param cachedTokens the name that totals and exports use for {@code cachedReadTokens}; equal to
 *     it
 * @param cachedReadTokens the part of the input that was read from the provider's cache
 * @param cachedWriteTokens the part of the input that was written to the provider's cache
 * @param reasoningTokens the part of the output that was reasoning
 * @param durationMs from the call's begin to its end, in milliseconds
 * @param timestamp when the call ended; decides the hour that it is counted in
 * @param costUSD exact; null when the price is unknown, which is not zero
 * @param priceVersion the price book's version that {@code costUSD} was computed with
 * @param estimated true when the provider told no usage and the tokens were estimated
 * @param cachedWrite1hTokens the part of {@code cachedWriteTokens} that was written to a cache of
 *     an hour, which has a price of its own; null is read as none
 * @param correction null for a call of its own
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UsageEvent(
    String eventId,
    @Nullable String requestId,
    JobId jobId,
    SessionId sessionId,
    TenantId tenantId,
    @Nullable String botId,
    String provider,
    String model,
    FinishReason finishReason,
    long durationMs,
    Instant timestamp,
    String routingDecision,
    @Nullable ObjectNode metadata,
    long inputTokens,
    long outputTokens,
    long cachedTokens,
    long cachedReadTokens,
    long cachedWriteTokens,
    long reasoningTokens,
    @Nullable @JsonInclude(JsonInclude.Include.ALWAYS) BigDecimal costUSD,
    @Nullable String priceVersion,
    boolean estimated,
    @Nullable Long cachedWrite1hTokens,
    @Nullable Correction correction) {

  /**
   * What makes an event a correction of another one: it stands in the same hour and counts as no
   * request and no tokens, and its cost is the difference to what was told before, which may be
   * negative.
   *
   * @param eventId of the call that is corrected
   * @param wasUnpriced whether the call's cost was unknown until then
   */
  public record Correction(String eventId, boolean wasUnpriced) {}

  /** A call without a cache of an hour. */
  public UsageEvent(
      String eventId,
      @Nullable String requestId,
      JobId jobId,
      SessionId sessionId,
      TenantId tenantId,
      @Nullable String botId,
      String provider,
      String model,
      FinishReason finishReason,
      long durationMs,
      Instant timestamp,
      String routingDecision,
      @Nullable ObjectNode metadata,
      long inputTokens,
      long outputTokens,
      long cachedTokens,
      long cachedReadTokens,
      long cachedWriteTokens,
      long reasoningTokens,
      @Nullable BigDecimal costUSD,
      @Nullable String priceVersion,
      boolean estimated) {
    this(
        eventId,
        requestId,
        jobId,
        sessionId,
        tenantId,
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
        null,
        null);
  }

  /** What the call used, as answers tell it. */
  @JsonIgnore
  public TokenUsage tokenUsage() {
    return new TokenUsage(
        inputTokens,
        outputTokens,
        cachedTokens,
        cachedWriteTokens,
        reasoningTokens,
        costUSD,
        estimated);
  }

  /** How many requests the event adds to a sum. */
  @JsonIgnore
  public int requests() {
    return correction == null ? 1 : 0;
  }

  /**
   * How many requests without a known price the event adds to a sum; -1 when it tells the price.
   */
  @JsonIgnore
  public int unpricedRequests() {
    if (correction == null) {
      return costUSD == null ? 1 : 0;
    }
    return correction.wasUnpriced() ? -1 : 0;
  }

  /** The id of the nth correction of an event, counted from 1. */
  public static String correctionId(String eventId, int number) {
    return eventId + ".c" + number;
  }

  /** The same but for its metadata and its time. */
  public UsageEvent with(@Nullable ObjectNode otherMetadata, Instant otherTimestamp) {
    return new UsageEvent(
        eventId,
        requestId,
        jobId,
        sessionId,
        tenantId,
        botId,
        provider,
        model,
        finishReason,
        durationMs,
        otherTimestamp,
        routingDecision,
        otherMetadata,
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
        correction);
  }

  /** One id per provider call: the job, the attempt that made it, and the step within it. */
  public static String eventId(JobId jobId, int attempt, int step) {
    return jobId.value() + "." + attempt + "." + step;
  }

  /**
   * The key of its record: the tenant, so that all that is added up stands in one partition; or,
   * for a tenant that is too much for one partition, the session, so that at least the copies of an
   * event do.
   */
  public String recordKey(boolean spread) {
    return spread ? new SessionKey(tenantId, sessionId).recordKey() : tenantId.value();
  }

  @Override
  @JsonProperty("costUSD")
  public @Nullable BigDecimal costUSD() {
    return costUSD;
  }

  /** What identifies and counts; the metadata is a customer's. */
  @Override
  public String toString() {
    return "UsageEvent[eventId="
        + eventId
        + ", sessionId="
        + sessionId
        + ", tenantId="
        + tenantId
        + ", provider="
        + provider
        + ", model="
        + model
        + ", finishReason="
        + finishReason
        + ", timestamp="
        + timestamp
        + ", inputTokens="
        + inputTokens
        + ", outputTokens="
        + outputTokens
        + ", costUSD="
        + costUSD
        + ", estimated="
        + estimated
        + (correction == null ? "" : ", corrects=" + correction.eventId())
        + "]";
  }
}
