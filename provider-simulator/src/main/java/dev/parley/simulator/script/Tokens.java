package dev.parley.simulator.script;

/**
 * The simulator's token rule: four code points are a token, and a rest of fewer is one too. What is
 * streamed comes in pieces of one token each.
 */
public final class Tokens {

  /** Code points to a token. */
  public static final int SIZE = 4;

  private Tokens() {}

  /** The number of tokens of a text. */
  public static int count(String text) {
    return Math.ceilDiv(text.codePointCount(0, text.length()), SIZE);
  }

  /** Where the token that begins at {@code start} ends. */
  public static int end(String text, int start) {
    int end = start;
    for (int i = 0; i < SIZE && end < text.length(); i++) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end;
  }

  /** At most the first {@code tokens} tokens of a text. */
  public static String first(String text, int tokens) {
    if (text.length() <= (long) tokens * SIZE) {
      return text;
    }
    int end = 0;
    for (int i = 0; i < tokens && end < text.length(); i++) {
      end = end(text, end);
    }
    return text.substring(0, end);
  }
}
