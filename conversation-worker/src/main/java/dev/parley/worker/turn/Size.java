package dev.parley.worker.turn;

import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.storage.Conversation;
import dev.parley.storage.TurnWriter.TurnEnd;
import org.jspecify.annotations.Nullable;

/** About how many characters things have, where batches are bounded by it. */
final class Size {

  /** What anything has beyond its texts. */
  private static final long FRAME = 500;

  private Size() {}

  /** The answer counts twice, since it stands in the session and in the job. */
  static long of(TurnEnd end) {
    return FRAME + 2 * end.messages().stream().mapToLong(Size::of).sum();
  }

  static long of(Conversation conversation) {
    return FRAME + conversation.recent().stream().mapToLong(Size::of).sum();
  }

  static long of(Message message) {
    return FRAME + message.content().parts().stream().mapToLong(Size::of).sum();
  }

  private static long of(Part part) {
    return switch (part) {
      case Part.Text text -> text.text().length();
      case Part.ImageUrl image -> image.url().length();
      case Part.ImageBase64 image -> image.data().length();
      case Part.Document document -> length(document.data()) + length(document.url());
      case Part.ToolCall call -> call.args().toString().length();
      case Part.ToolResult result -> result.result().toString().length();
      case Part.Reasoning reasoning -> reasoning.data().toString().length();
    };
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
