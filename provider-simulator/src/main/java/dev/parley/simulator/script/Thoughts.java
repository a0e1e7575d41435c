package dev.parley.simulator.script;

/** Whether a request wants the model to reason, and to be told of it. */
public enum Thoughts {
  /** The answer alone. */
  NONE,
  /** Reasoning that is counted and not shown. */
  HIDDEN,
  /** Reasoning that comes before the answer. */
  TOLD;

  /** How many tokens are reasoned when nothing says so. */
  static final int TOKENS = 8;

  private static final String WORDS = "Let me think it over, one step after the other. ";

  /** What is reasoned, exactly so many tokens long. */
  static String text(int tokens) {
    int length = tokens * Tokens.SIZE;
    return WORDS.repeat(Math.ceilDiv(length, WORDS.length())).substring(0, length);
  }

  /** For requests in which the wish to be told stands apart. */
  public static Thoughts of(boolean wanted, boolean told) {
    return wanted ? (told ? TOLD : HIDDEN) : NONE;
  }
}
