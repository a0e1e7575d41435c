package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON to bytes. */
public final class JsonText {

  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /** Says what stands in the JSON. */
  public interface Content {
    /** Writes to the generator. */
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** One JSON object; {@code fields} writes what is in it. */
  public static byte[] object(Content fields) {
    ByteArrayBuilder bytes = new ByteArrayBuilder(512);
    write(bytes, fields);
    return bytes.toByteArray();
  }

  static void write(ByteArrayBuilder bytes, Content fields) {
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
