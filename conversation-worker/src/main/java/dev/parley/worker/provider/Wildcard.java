package dev.parley.worker.provider;

import java.util.List;

/** A text in which {@code *} stands for any characters, also none. */
public record Wildcard(String pattern) {

  public boolean fits(String text) {
    List<String> pieces = List.of(pattern.split("\\*", -1));
    if (pieces.size() == 1) {
      return text.equals(pattern);
    }
    String last = pieces.getLast();
    if (!text.startsWith(pieces.getFirst())) {
      return false;
    }
    int from = pieces.getFirst().length();
    for (String piece : pieces.subList(1, pieces.size() - 1)) {
      int at = text.indexOf(piece, from);
      if (at < 0) {
        return false;
      }
      from = at + piece.length();
    }
    return text.length() - last.length() >= from && text.endsWith(last);
  }
}
