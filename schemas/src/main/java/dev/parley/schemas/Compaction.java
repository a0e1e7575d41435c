package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.schemas.chat.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * What compacting a session came to.
 *
 * @param compacted whether anything was taken out
 * @param removedCount how many messages the session has less than before, its summary counted
 * @param usage of all calls that made the summary; null when no model was called
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Compaction(
    CompactionStrategy strategy,
    boolean compacted,
    long removedCount,
    @Nullable TokenUsage usage) {}
