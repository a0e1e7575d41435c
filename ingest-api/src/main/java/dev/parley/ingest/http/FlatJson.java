package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.parley.schemas.PlainAscii;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads what most bodies are, in a fraction of the general parser's time: an object of names with
 * strings, short whole numbers, {@code true}, {@code false} or {@code null}, all in ASCII without
 * escapes. What it reads is what the general parser would; everything else, right or wrong, is left
 * to that one. For one thread, and one body.
 */
final class FlatJson {

  /** Longer strings have limits of their own. */
  private static final int MAX_BYTES = 1024 * 1024;

  /** Any number of so many digits is an {@code int}. */
  private static final int MAX_DIGITS = 9;

  private static final int MAX_NAME = 256;

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private final byte[] body;
  private final int to;
  private int at;

  private FlatJson(byte[] body, int from, int to) {
    this.body = body;
    this.at = from;
    this.to = to;
  }

  /** Null when it is anything else. */
  static @Nullable ObjectNode read(byte[] body, int from, int to) {
    return to - from > MAX_BYTES ? null : new FlatJson(body, from, to).object();
  }

  private @Nullable ObjectNode object() {
    if (!next('{')) {
      return null;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    if (!next('}')) {
      do {
        String name = next('"') ? string() : null;
        if (name == null || name.length() > MAX_NAME || !next(':')) {
          return null;
        }
        JsonNode value = value();
        if (value == null || object.replace(name, value) != null) {
          return null;
        }
      } while (next(','));
      if (!next('}')) {
        return null;
      }
    }
    skipSpace();
    return at == to ? object : null;
  }

  private @Nullable JsonNode value() {
    if (next('"')) {
      String text = string();
      return text == null ? null : TextNode.valueOf(text);
    }
    if (at == to) {
      return null;
    }
    return switch (body[at]) {
      case 't' -> word(TRUE) ? BooleanNode.TRUE : null;
      case 'f' -> word(FALSE) ? BooleanNode.FALSE : null;
      case 'n' -> word(NULL) ? NullNode.instance : null;
      default -> number();
    };
  }

  /** What stands before the next quote, when nothing in it is special. */
  private @Nullable String string() {
    int from = at;
    int end = PlainAscii.endOfPlain(body, from, to);
    if (end == to || body[end] != '"') {
      return null;
    }
    at = end + 1;
    return new String(body, from, end - from, StandardCharsets.ISO_8859_1);
  }

  private @Nullable IntNode number() {
    boolean negative = body[at] == '-';
    int from = negative ? at + 1 : at;
    int end = from;
    int number = 0;
    while (end < to && end - from < MAX_DIGITS && body[end] >= '0' && body[end] <= '9') {
      number = 10 * number + body[end++] - '0';
    }
    boolean odd = end == from || (body[from] == '0' && (negative || end > from + 1));
    if (odd || end == to || (body[end] != ',' && body[end] != '}')) {
      return null;
    }
    at = end;
    return IntNode.valueOf(negative ? -number : number);
  }

  /** What follows it is looked at as the next sign, which a letter or digit is not. */
  private boolean word(byte[] word) {
    if (to - at < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (body[at + i] != word[i]) {
        return false;
      }
    }
    at += word.length;
    return true;
  }

  /** Steps over the sign, and the space before it, when it comes next. */
  private boolean next(char sign) {
    skipSpace();
    if (at == to || body[at] != sign) {
      return false;
    }
    at++;
    return true;
  }

  private void skipSpace() {
    while (at < to
        && (body[at] == ' ' || body[at] == '\t' || body[at] == '\r' || body[at] == '\n')) {
      at++;
    }
  }
}
