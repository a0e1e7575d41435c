package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a submission asks of its model call beyond the content. Everything is optional; what is null
 * is decided by the session and then by the deployment.
 *
 * @param maxTokens upper bound of output tokens
 * @param temperature as the provider understands it
 * @param tools in the order they were given; null and empty both mean none
 * @param toolChoice {@code {"type":"auto"|"any"|"none"}} or {@code {"type":"tool","name":...}}
 * @param responseFormat {@code {"type":"text"|"json_object"}} or {@code
 *     {"type":"json_schema","name":...,"schema":...,"strict":...}}
 * @param budgetUsd the most that this request may cost
 * @param priority higher goes first among the sessions of one tenant
 * @param reasoning null leaves it to the model's own default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TurnOptions(
    @Nullable String model,
    @Nullable String provider,
    @Nullable Integer maxTokens,
    @Nullable BigDecimal temperature,
    @Nullable List<Tool> tools,
    @Nullable JsonNode toolChoice,
    @Nullable JsonNode responseFormat,
    @Nullable BigDecimal budgetUsd,
    @Nullable Integer priority,
    @Nullable ReasoningOptions reasoning) {

  public static final TurnOptions NONE =
      new TurnOptions(null, null, null, null, null, null, null, null, null);

  /** Without a word about reasoning. */
  public TurnOptions(
      @Nullable String model,
      @Nullable String provider,
      @Nullable Integer maxTokens,
      @Nullable BigDecimal temperature,
      @Nullable List<Tool> tools,
      @Nullable JsonNode toolChoice,
      @Nullable JsonNode responseFormat,
      @Nullable BigDecimal budgetUsd,
      @Nullable Integer priority) {
    this(
        model,
        provider,
        maxTokens,
        temperature,
        tools,
        toolChoice,
        responseFormat,
        budgetUsd,
        priority,
        null);
  }

  /** A JSON null asks for nothing, just as a field that is not there. */
  public TurnOptions {
    tools = tools == null ? null : List.copyOf(tools);
    toolChoice = toolChoice == null || toolChoice.isNull() ? null : toolChoice;
    responseFormat = responseFormat == null || responseFormat.isNull() ? null : responseFormat;
  }

  /** Without what a customer wrote into tools and formats. */
  @Override
  public String toString() {
    return "TurnOptions[model="
        + model
        + ", provider="
        + provider
        + ", maxTokens="
        + maxTokens
        + ", temperature="
        + temperature
        + ", tools="
        + tools
        + ", toolChoice="
        + Redacted.size(toolChoice)
        + ", responseFormat="
        + Redacted.size(responseFormat)
        + ", budgetUsd="
        + budgetUsd
        + ", priority="
        + priority
        + ", reasoning="
        + reasoning
        + "]";
  }
}
