package dev.parley.worker.turn;

import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Tool;

/**
 * Tokens estimated from text: 3.5 UTF-16 units each, rounded up, which is near what the tokenizers
 * of the large providers need for English prose. Only for bounds and for bills that the provider
 * did not write; what comes of it is always marked as estimated.
 */
final class TokenEstimate {

  /** What a message costs beyond its contents: its role and its delimiters. */
  private static final long PER_MESSAGE = 4;

  /** Images are billed by their size in pixels, which is not known here; a middling one. */
  private static final long PER_IMAGE = 1_000;

  private TokenEstimate() {}

  static long ofCharacters(long characters) {
    return Math.ceilDiv(characters * 2, 7);
  }

  static long ofTool(Tool tool) {
    int description = tool.description() == null ? 0 : tool.description().length();
    return PER_MESSAGE
        + ofCharacters(
            tool.name().length() + description + (long) tool.parameters().toString().length());
  }

  static long ofMessage(Message message) {
    long tokens = PER_MESSAGE;
    for (Part part : message.content().parts()) {
      tokens +=
          switch (part) {
            case Part.Text text -> ofCharacters(text.text().length());
            case Part.ImageUrl image -> PER_IMAGE;
            case Part.ImageBase64 image -> PER_IMAGE;
            case Part.Document document ->
                ofCharacters(document.data() == null ? 0 : document.data().length());
            case Part.ToolCall call ->
                ofCharacters(call.name().length() + (long) call.args().toString().length());
            case Part.ToolResult result -> ofCharacters(result.result().toString().length());
            case Part.Reasoning reasoning -> ofCharacters(reasoning.data().toString().length());
          };
    }
    return tokens;
  }
}
