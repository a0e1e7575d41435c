package dev.parley.worker.context;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What has to be known of a message to decide whether it stays: of sessions of any length these can
 * be held all at once.
 *
 * @param tokens estimated
 * @param pinned whether it always stays
 * @param summaryOf how many messages it stands for; 0 when it is no summary
 * @param calls ids of the tool calls in it
 * @param results ids of the tool calls that it answers
 */
public record Outline(
    Role role,
    long tokens,
    boolean pinned,
    long summaryOf,
    List<String> calls,
    List<String> results) {

  /** The field of a summary's metadata that says how many messages it stands for. */
  public static final String SUMMARY_OF = "summaryOf";

  public static Outline of(Message message, ToLongFunction<Message> tokensOf) {
    List<String> calls = new ArrayList<>(0);
    List<String> results = new ArrayList<>(0);
    for (Part part : message.content().parts()) {
      switch (part) {
        case Part.ToolCall call -> calls.add(call.id());
        case Part.ToolResult result -> results.add(result.toolCallId());
        case Part.Text text -> {}
        case Part.ImageUrl image -> {}
        case Part.ImageBase64 image -> {}
        case Part.Document document -> {}
        case Part.Reasoning reasoning -> {}
      }
    }
    return new Outline(
        message.role(),
        tokensOf.applyAsLong(message),
        Boolean.TRUE.equals(message.pinned()),
        summaryOf(message),
        calls,
        results);
  }

  private static long summaryOf(Message message) {
    if (message.metadata() == null) {
      return 0;
    }
    JsonNode count = message.metadata().get(SUMMARY_OF);
    return count != null && count.canConvertToLong() ? Math.max(0, count.longValue()) : 0;
  }

  /** As one that may go, for those who put earlier summaries into the new one. */
  Outline unpinnedSummary() {
    return summaryOf == 0 ? this : new Outline(role, tokens, false, summaryOf, calls, results);
  }
}
