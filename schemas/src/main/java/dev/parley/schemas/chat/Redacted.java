package dev.parley.schemas.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What may be said of values that belong to a customer: how much there is, never what. */
final class Redacted {

  private Redacted() {}

  static String size(@Nullable String text) {
    return text == null ? "null" : text.length() + " chars";
  }

  static String size(@Nullable JsonNode node) {
    if (node == null) {
      return "null";
    }
    if (node.isObject()) {
      return node.size() + " fields";
    }
    return node.isArray() ? node.size() + " elements" : "json";
  }
}
