package dev.parley.worker.context;

import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import java.util.Locale;

/** A conversation as text, for a model that is to summarise it. For one thread. */
public final class Transcript {

  private static final String CUT = " [cut]";

  private final int maxCharacters;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param maxCharacters how long it may get, in UTF-16 units
   */
  public Transcript(int maxCharacters) {
    this.maxCharacters = maxCharacters;
  }

  /**
   * Adds a message. One that would not even fit alone is cut.
   *
   * @return false when there is no room for it; nothing is added then
   */
  public boolean add(Message message) {
    String line = line(message);
    if (text.isEmpty() && line.length() > maxCharacters) {
      text.append(line, 0, Math.max(0, maxCharacters - CUT.length())).append(CUT);
      return true;
    }
    if (text.length() + line.length() > maxCharacters) {
      return false;
    }
    text.append(line);
    return true;
  }

  public boolean isEmpty() {
    return text.isEmpty();
  }

  public String text() {
    return text.toString();
  }

  private static String line(Message message) {
    StringBuilder line = new StringBuilder();
    line.append(message.role().name().toLowerCase(Locale.ROOT)).append(": ");
    for (Part part : message.content().parts()) {
      switch (part) {
        case Part.Text said -> line.append(said.text());
        case Part.ImageUrl image -> line.append("[image]");
        case Part.ImageBase64 image -> line.append("[image]");
        case Part.Document document ->
            line.append(
                document.title() == null ? "[document]" : "[document " + document.title() + "]");
        case Part.Reasoning reasoning -> {}
        case Part.ToolCall call ->
            line.append("[calls ").append(call.name()).append(' ').append(call.args()).append(']');
        case Part.ToolResult result -> line.append("[result ").append(result.result()).append(']');
      }
    }
    return line.append('\n').toString();
  }
}
