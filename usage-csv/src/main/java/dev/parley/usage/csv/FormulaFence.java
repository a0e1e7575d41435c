package dev.parley.usage.csv;

/**
 * Keeps spreadsheets from running what callers have named: a text whose first visible character
 * could begin a formula gets an apostrophe in front, which spreadsheets show as plain text.
 *
 * <p>Source: "CSV Injection", OWASP. Only for text that comes from outside; numbers of our own are
 * written as they are, so that a negative correction stays a number.
 */
final class FormulaFence {

  private static final String STARTERS = "=+-@\t\r\n|%＝＋－＠";

  private FormulaFence() {}

  static String guard(String text) {
    return couldBeFormula(text) ? "'" + text : text;
  }

  static boolean couldBeFormula(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (STARTERS.indexOf(c) >= 0) {
        return true;
      }
      if (!isInvisible(c)) {
        return false;
      }
    }
    return false;
  }

  private static boolean isInvisible(char c) {
    return Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT;
  }
}
