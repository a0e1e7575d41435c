package dev.parley.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
    SessionTotals totals) {}
