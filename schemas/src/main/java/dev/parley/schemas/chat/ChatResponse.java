package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model answered to one turn.
 *
 * @param text the text of all text parts of {@code content}
 * @param content what stands in the session as the assistant's message, in order
 * @param model the model that answered, as the provider names it
 * @param toolCalls the tool calls among {@code content}, in order
 * @param routingDecision how the model was chosen, for instance {@code default:gpt-5-mini}
 * @param warnings stable words for what the tenant should know of, for instance {@code
 *     budget_exceeded:tenant}; null and empty both mean none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChatResponse(
    String text,
    List<Part> content,
    FinishReason finishReason,
    String model,
    String provider,
    List<Part.ToolCall> toolCalls,
    TokenUsage usage,
    String routingDecision,
    @Nullable List<String> warnings) {

  public ChatResponse {
    content = List.copyOf(content);
    toolCalls = List.copyOf(toolCalls);
    warnings = warnings == null ? null : List.copyOf(warnings);
  }

  /** Without warnings. */
  public ChatResponse(
      String text,
      List<Part> content,
      FinishReason finishReason,
      String model,
      String provider,
      List<Part.ToolCall> toolCalls,
      TokenUsage usage,
      String routingDecision) {
    this(text, content, finishReason, model, provider, toolCalls, usage, routingDecision, null);
  }

  /** Without the text and the content, of which only sizes and kinds are told. */
  @Override
  public String toString() {
    return "ChatResponse[text="
        + Redacted.size(text)
        + ", content="
        + content
        + ", finishReason="
        + finishReason
        + ", model="
        + model
        + ", provider="
        + provider
        + ", toolCalls="
        + toolCalls
        + ", usage="
        + usage
        + ", routingDecision="
        + routingDecision
        + ", warnings="
        + warnings
        + "]";
  }
}
