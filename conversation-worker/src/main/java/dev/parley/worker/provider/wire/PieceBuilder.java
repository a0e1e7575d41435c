package dev.parley.worker.provider.wire;

import dev.parley.schemas.chat.Part;
import org.jspecify.annotations.Nullable;

/** A part of a reply that is still growing. */
sealed interface PieceBuilder permits PieceBuilder.Text, PieceBuilder.Kept, ToolCallBuilder {

  /** The part as it is now; null when it is none yet. */
  @Nullable Part part();

  /** What came whole. */
  record Kept(Part.Reasoning part) implements PieceBuilder {}

  /** Text. */
  final class Text implements PieceBuilder {

    private final StringBuilder text;

    Text(String start) {
      text = new StringBuilder(start);
    }

    void append(String delta) {
      text.append(delta);
    }

    @Override
    public Part part() {
      return new Part.Text(text.toString());
    }
  }
}
