package dev.parley.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.SessionKey;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session without its messages.
 *
 * @param incarnation tells a session from an earlier, deleted one of the same id
 * @param messageCount all messages, the system message counted when there is one
 * @param system the text of the system message; the same message stands at position 0
 * @param maxContextTokens the most tokens of the conversation that a turn may send
 * @param budgetUsd the most that the session may cost in all
 * @param contextStrategy what turns do with messages for which there is no room; null: as the
 *     deployment has it
 * @param summary what turns send in place of older messages; null when there is none
 * @param deletedBefore when an earlier session of this id was deleted: what was accepted until then
 *     was not meant for this one; null when none was
 */
public record Session(
    SessionKey key,
    long incarnation,
    Instant createdAt,
    Instant updatedAt,
    long messageCount,
    @Nullable String system,
    @Nullable String model,
    @Nullable String provider,
    @Nullable ObjectNode metadata,
    @Nullable Integer maxContextTokens,
    @Nullable BigDecimal budgetUsd,
    SessionTotals totals,
    @Nullable CompactionStrategy contextStrategy,
    @Nullable ContextSummary summary,
    @Nullable Instant deletedBefore) {

  /** A session without anything set about its context. */
  public Session(
      SessionKey key,
      long incarnation,
      Instant createdAt,
      Instant updatedAt,
      long messageCount,
      @Nullable String system,
      @Nullable String model,
      @Nullable String provider,
      @Nullable ObjectNode metadata,
      @Nullable Integer maxContextTokens,
      @Nullable BigDecimal budgetUsd,
      SessionTotals totals) {
    this(
        key,
        incarnation,
        createdAt,
        updatedAt,
        messageCount,
        system,
        model,
        provider,
        metadata,
        maxContextTokens,
        budgetUsd,
        totals,
        null,
        null,
        null);
  }

  /** The same session, made after another of its id was deleted. */
  public Session withDeletedBefore(@Nullable Instant deletedAt) {
    return deletedAt == null
        ? this
        : new Session(
            key,
            incarnation,
            createdAt,
            updatedAt,
            messageCount,
            system,
            model,
            provider,
            metadata,
            maxContextTokens,
            budgetUsd,
            totals,
            contextStrategy,
            summary,
            deletedAt);
  }

  /** The position of the first message behind the system message. */
  public long firstPosition() {
    return system == null ? 0 : 1;
  }
}
