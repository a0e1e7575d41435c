package dev.parley.endtoend.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One tenant's way to the HTTP API. Thread-safe. */
public final class ApiClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(75);

  private final HttpClient http;
  private final URI baseUrl;
  private final String tenant;
  private final String key;

  ApiClient(HttpClient http, URI baseUrl, String tenant, String key) {
    this.http = http;
    this.baseUrl = baseUrl;
    this.tenant = tenant;
    this.key = key;
  }

  /** An answer, whatever its status. */
  public record Answer(int status, String text, HttpResponse<String> response) {

    /** The body as JSON; a missing node when it is none. */
    public JsonNode json() {
      try {
        return Json.mapper().readTree(text);
      } catch (IOException e) {
        return MissingNode.getInstance();
      }
    }

    /** The header's first value. */
    public @Nullable String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    @Override
    public String toString() {
      return status + " " + text;
    }
  }

  public String tenant() {
    return tenant;
  }

  public Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  public Answer delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE());
  }

  /**
   * @param headers name, value, name, value
   */
  public Answer post(String path, Map<String, ?> body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /**
   * Sends a message to a session that is made when it is not there.
   *
   * @param headers name, value, name, value
   */
  public Answer message(String session, String content, String... headers)
      throws IOException, InterruptedException {
    return post(
        "/sessions/" + session + "/message",
        Map.of("createSession", true, "content", content),
        headers);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(baseUrl.resolve(path))
        .timeout(TIMEOUT)
        .header("authorization", "Bearer " + key);
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body(), response);
  }
}
