package dev.parley.schemas.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.List;

final class ContentDeserializer extends StdDeserializer<Content> {

  private static final TypeReference<List<Part>> PARTS = new TypeReference<>() {};

  ContentDeserializer() {
    super(Content.class);
  }

  @Override
  public Content deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return new Content.Text(parser.getText());
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      // through the context: the codec would take what follows the array for trailing tokens
      List<Part> parts = context.readValue(parser, context.getTypeFactory().constructType(PARTS));
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
