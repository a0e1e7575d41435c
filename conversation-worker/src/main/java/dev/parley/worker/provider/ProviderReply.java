package dev.parley.worker.provider;

import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer.
 *
 * @param content texts and tool calls in order; may be empty, for instance when a filter stopped it
 * @param usage null when the provider told nothing
 * @param model the model that answered, as the provider named it
 * @param providerRequestId what to name to the provider's support
 */
public record ProviderReply(
    List<Part> content,
    FinishReason finishReason,
    @Nullable ProviderUsage usage,
    String model,
    @Nullable String providerRequestId) {

  public ProviderReply {
    content = List.copyOf(content);
  }

  /** The text of all text parts. */
  public String text() {
    return Content.of(content).text();
  }

  public List<Part.ToolCall> toolCalls() {
    return content.stream()
        .filter(Part.ToolCall.class::isInstance)
        .map(Part.ToolCall.class::cast)
        .toList();
  }

  /** Without the texts: this may reach a log. */
  @Override
  public String toString() {
    return "ProviderReply[model="
        + model
        + ", finishReason="
        + finishReason
        + ", parts="
        + content.size()
        + ", usage="
        + usage
        + "]";
  }
}
