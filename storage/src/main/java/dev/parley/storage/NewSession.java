package dev.parley.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session is created with.
 *
 * @param system becomes the message at position 0 when it is not null
 * @param messages the history to begin with, after the system message; holds no system message
 */
public record NewSession(
    SessionKey key,
    Instant createdAt,
    @Nullable String system,
    List<Message> messages,
    @Nullable String model,
    @Nullable String provider,
    @Nullable ObjectNode metadata,
    @Nullable Integer maxContextTokens,
    @Nullable BigDecimal budgetUsd,
    @Nullable CompactionStrategy contextStrategy) {

  public NewSession {
    messages = List.copyOf(messages);
  }

  /** A session whose context is handled as the deployment has it. */
  public NewSession(
      SessionKey key,
      Instant createdAt,
      @Nullable String system,
      List<Message> messages,
      @Nullable String model,
      @Nullable String provider,
      @Nullable ObjectNode metadata,
      @Nullable Integer maxContextTokens,
      @Nullable BigDecimal budgetUsd) {
    this(
        key,
        createdAt,
        system,
        messages,
        model,
        provider,
        metadata,
        maxContextTokens,
        budgetUsd,
        null);
  }

  /** A session with nothing in it. */
  public static NewSession empty(SessionKey key, Instant createdAt) {
    return new NewSession(key, createdAt, null, List.of(), null, null, null, null, null);
  }
}
