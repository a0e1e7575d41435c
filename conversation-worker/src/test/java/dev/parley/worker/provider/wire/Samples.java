package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.Tool;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.ProviderCall;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** A call with something of everything. */
final class Samples {

  private Samples() {}

  static ProviderCall everything(String model) {
    TurnOptions options =
        new TurnOptions(
            null,
            null,
            null,
            new BigDecimal("0.25"),
            List.of(new Tool("get_weather", "Weather", object("{\"type\":\"object\"}"))),
            json("{\"type\":\"tool\",\"name\":\"get_weather\"}"),
            json(
                "{\"type\":\"json_schema\",\"name\":\"w\",\"strict\":true,\"schema\":{\"type\":\"object\"}}"),
            null,
            null);
    return Calls.of(
        model,
        "Be kind",
        options,
        Calls.message(
            Role.USER,
            Content.of(
                List.of(
                    new Part.Text("Look"),
                    new Part.ImageUrl("https://example.com/a.png", "image/png"),
                    new Part.ImageBase64(base64("img"), "image/png"),
                    new Part.Document("application/pdf", base64("pdf"), null, "a.pdf"),
                    new Part.Document("text/plain", base64("hello"), null, "notes")))),
        Calls.message(
            Role.ASSISTANT,
            Content.of(
                List.of(
                    new Part.Text("I ask"),
                    new Part.ToolCall("c1", "get_weather", object("{\"city\":\"Paris\"}"))))),
        Calls.message(
            Role.TOOL,
            Content.of(
                List.of(new Part.ToolResult("c1", null, json("{\"degrees\":21.50}"), null)))),
        Calls.user("And now?"));
  }

  static ObjectNode object(String text) {
    return (ObjectNode) json(text);
  }

  static JsonNode json(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
