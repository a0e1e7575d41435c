package dev.parley.storage;

/**
 * What is sent in place of a session's older messages, which stay where they are.
 *
 * @param text the summary
 * @param until it tells of all messages before this position, but of the system message and of
 *     pinned ones
 */
public record ContextSummary(String text, long until) {

  /** Without the text, which is made of a customer's. */
  @Override
  public String toString() {
    return "ContextSummary[" + text.length() + " chars, until=" + until + "]";
  }
}
