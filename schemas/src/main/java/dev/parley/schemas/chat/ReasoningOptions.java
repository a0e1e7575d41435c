package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much the model is to reason before it answers. Some models take a level, others a number of
 * tokens: what is not given follows from the other one.
 *
 * @param effort null when only {@code maxTokens} tells
 * @param maxTokens the most tokens of reasoning, within those of the answer; null when only {@code
 *     effort} tells
 * @param summary whether what is reasoned is told, mostly in summary; null means yes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReasoningOptions(
    @Nullable Effort effort, @Nullable Integer maxTokens, @Nullable Boolean summary) {

  /** A level. */
  public enum Effort {
    @JsonProperty("low")
    LOW("low"),
    @JsonProperty("medium")
    MEDIUM("medium"),
    @JsonProperty("high")
    HIGH("high");

    private final String wireName;

    Effort(String wireName) {
      this.wireName = wireName;
    }

    /** The name on every wire. */
    public String wireName() {
      return wireName;
    }

    public static Optional<Effort> ofWireName(String wireName) {
      return Arrays.stream(values()).filter(value -> value.wireName.equals(wireName)).findFirst();
    }
  }
}
