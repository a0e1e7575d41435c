package dev.parley.simulator;

import dev.parley.simulator.wire.AnthropicMessages;
import dev.parley.simulator.wire.GeminiGenerate;
import dev.parley.simulator.wire.JsonText;
import dev.parley.simulator.wire.OpenAiChat;
import dev.parley.simulator.wire.OpenAiResponses;
import dev.parley.simulator.wire.WireFormat;
import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Which path is whose. Never blocks, so it runs on the thread that read the request. */
final class Routes extends Handler.Abstract.NonBlocking {

  private final List<WireFormat> formats =
      List.of(
          new OpenAiChat(), new OpenAiResponses(), new AnthropicMessages(), new GeminiGenerate());
  private final CallHandler calls;
  private final ObserverHandler observer;
  private final byte[] models;

  Routes(SimulatorConfig config, CallHandler calls, ObserverHandler observer) {
    this.calls = calls;
    this.observer = observer;
    this.models = models(config.models());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback);
    String path = request.getHttpURI().getDecodedPath();
    if (request.getMethod().equals("POST")) {
      for (WireFormat format : formats) {
        if (format.serves(path)) {
          calls.handle(format, exchange);
          return true;
        }
      }
    }
    switch (request.getMethod() + " " + path) {
      case "GET /v1/models" -> exchange.answer(200, models);
      case "GET /simulator/calls" -> observer.calls(exchange);
      case "DELETE /simulator/calls" -> observer.clear(exchange);
      case "GET /simulator/stats" -> observer.stats(exchange);
      default ->
          exchange.answer(
              404, formats.getFirst().error(404, "There is nothing here.", "unknown_url"));
    }
    return true;
  }

  private static byte[] models(List<String> names) {
    return JsonText.object(json -> {
      json.writeStringField("object", "list");
      json.writeArrayFieldStart("data");
      for (String name : names) {
        json.writeStartObject();
        json.writeStringField("id", name);
        json.writeStringField("object", "model");
        json.writeNumberField("created", 1_767_225_600);
        json.writeStringField("owned_by", "simulator");
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }
}
