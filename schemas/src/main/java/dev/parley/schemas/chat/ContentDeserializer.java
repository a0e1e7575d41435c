package dev.parley.schemas.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import java.io.IOException;
import java.util.List;

/** Reads a string as {@link Content.Text} and an array as {@link Content.Parts}. */
final class ContentDeserializer extends StdDeserializer<Content> {

  private static final JavaType PARTS =
      TypeFactory.defaultInstance().constructCollectionType(List.class, Part.class);

  ContentDeserializer() {
    super(Content.class);
  }

  @Override
  public Content deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return new Content.Text(parser.getText());
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      // Through the context: the codec would take what follows the content for trailing tokens.
      List<Part> parts = context.readValue(parser, PARTS);
      if (parts.contains(null)) {
        return context.reportInputMismatch(this, "content holds a null part");
      }
      return new Content.Parts(parts);
    }
    return (Content)
        context.handleUnexpectedToken(
            context.constructType(Content.class),
            parser.currentToken(),
            parser,
            "content must be a string or an array of parts");
  }
}
