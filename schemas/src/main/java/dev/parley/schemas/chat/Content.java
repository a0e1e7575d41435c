package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A message's content: on the wire either a string or an array of parts.
 *
 * <p>{@code toString} tells sizes and kinds, never the content itself, so that a record of it that
 * finds its way into a log line gives nothing away.
 */
@JsonDeserialize(using = ContentDeserializer.class)
public sealed interface Content {

  static Content of(String text) {
    return new Text(text);
  }

  static Content of(List<Part> parts) {
    return new Parts(parts);
  }

  /** The content as parts, whichever way it was written. */
  List<Part> parts();

  /** The text of all text parts, in order, without separators. */
  String text();

  /** Written as a string. */
  record Text(@JsonValue String text) implements Content {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Text {}

    @Override
    public List<Part> parts() {
      return List.of(new Part.Text(text));
    }

    @Override
    public String toString() {
      return "Text[" + Redacted.size(text) + "]";
    }
  }

  /** Written as an array. */
  record Parts(@JsonValue List<Part> parts) implements Content {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Parts {
      parts = List.copyOf(parts);
    }

    @Override
    public String text() {
      return parts.stream()
          .filter(Part.Text.class::isInstance)
          .map(part -> ((Part.Text) part).text())
          .collect(Collectors.joining());
    }

    @Override
    public String toString() {
      return "Parts" + parts;
    }
  }
}
