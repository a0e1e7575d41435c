package dev.parley.pricing;

import org.jspecify.annotations.Nullable;

/**
 * Names of snapshots. Providers answer with the snapshot of the model that was asked for: its name
 * goes on with a date, a number of three digits or {@code latest}. One or two digits are a version,
 * which is another model.
 */
final class Snapshots {

  private Snapshots() {}

  /** The name of the model that a name is a snapshot of; null when it is none. */
  static @Nullable String modelOf(String name) {
    for (int end = name.indexOf('-'); end > 0; end = name.indexOf('-', end + 1)) {
      if (isSnapshot(name, end + 1)) {
        return name.substring(0, end);
      }
    }
    return null;
  }

  private static boolean isSnapshot(String model, int start) {
    if (model.startsWith("latest", start)) {
      return model.length() == start + 6;
    }
    if (model.length() - start < 3) {
      return false;
    }
    for (int i = start; i < model.length(); i++) {
      char c = model.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      if (!digit && (c != '-' || i < start + 3)) {
        return false;
      }
    }
    return true;
  }
}
