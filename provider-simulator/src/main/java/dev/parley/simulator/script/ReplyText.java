package dev.parley.simulator.script;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a reply, as a function of the request: how many messages the model saw, the digest of
 * them, and the beginning of what the user said last. {@link #read} gets these back out of a reply,
 * so that order and context can be checked from what was stored.
 *
 * @param messages how many messages were seen
 * @param context their {@link ContextDigest}
 * @param quote at most {@value #QUOTE_LENGTH} characters of the user's last message
 */
public record ReplyText(int messages, String context, String quote) {

  /** The longest quote. */
  public static final int QUOTE_LENGTH = 200;

  private static final Pattern FORM =
      Pattern.compile(
          "I read (\\d+) messages? \\(([0-9a-f]{8})\\)\\. You said: (.*)", Pattern.DOTALL);
  private static final String FILLER = " And so it goes on, word by word, until there is enough.";

  /** The reply to a request. */
  public static ReplyText to(ChatRequest request) {
    String said = Directives.strip(request.lastUserText());
    int end = Math.min(said.length(), QUOTE_LENGTH);
    if (end < said.length() && Character.isHighSurrogate(said.charAt(end - 1))) {
      end--;
    }
    return new ReplyText(request.messages(), request.context(), said.substring(0, end));
  }

  /** Reads a reply that was neither cut nor filled up; null when it is none of the simulator's. */
  public static @Nullable ReplyText read(String text) {
    Matcher form = FORM.matcher(text);
    return form.matches()
        ? new ReplyText(Integer.parseInt(form.group(1)), form.group(2), form.group(3))
        : null;
  }

  /** In words. */
  public String text() {
    return "I read "
        + messages
        + (messages == 1 ? " message (" : " messages (")
        + context
        + "). You said: "
        + quote;
  }

  /** In words, cut or filled up to a number of tokens. */
  public String text(int tokens) {
    String text = text();
    int missing = tokens * Tokens.SIZE - text.codePointCount(0, text.length());
    if (missing <= 0) {
      return Tokens.first(text, tokens);
    }
    String filler = FILLER.repeat(Math.ceilDiv(missing, FILLER.length()));
    return text + filler.substring(0, missing);
  }
}
