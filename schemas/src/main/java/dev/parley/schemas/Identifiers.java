package dev.parley.schemas;

/** The one pattern that tenant and session ids follow: {@code [A-Za-z0-9][A-Za-z0-9._-]{0,127}}. */
public final class Identifiers {

  public static final int MAX_LENGTH = 128;

  private static final boolean[] WITHIN = within();

  private Identifiers() {}

  private static boolean[] within() {
    boolean[] within = new boolean[128];
    for (char c = 0; c < within.length; c++) {
      within[c] = isAlphanumeric(c) || c == '.' || c == '_' || c == '-';
    }
    return within;
  }

  /** Whether {@code value} may be a tenant or session id. By a table: this is a hot path. */
  public static boolean isValid(String value) {
    int length = value.length();
    if (length == 0 || length > MAX_LENGTH || !isAlphanumeric(value.charAt(0))) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      char c = value.charAt(i);
      if (c >= WITHIN.length || !WITHIN[c]) {
        return false;
      }
    }
    return true;
  }

  static String require(String value, String what) {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          what + " must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}, length was " + value.length());
    }
    return value;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
