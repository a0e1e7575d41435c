package dev.parley.benchmarks.rig;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A client that sends a message and waits in the same request until its turn is completed. */
public final class Waiting implements AutoCloseable {

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String baseUrl;
  private final String key;

  public Waiting(int port, String key) {
    this.baseUrl = "http://127.0.0.1:" + port;
    this.key = key;
  }

  /**
   * One turn.
   *
   * @return milliseconds from submit to completed
   * @throws IOException also when it was not completed
   */
  public double turn(String session, String content) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/sessions/" + session + "/message"))
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .header("prefer", "wait=60")
            .POST(
                BodyPublishers.ofString(
                    "{\"createSession\":true,\"content\":\"%s\"}".formatted(content)))
            .build();
    long began = System.nanoTime();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    double took = (System.nanoTime() - began) / 1e6;
    if (response.statusCode() != 200 || !response.body().contains("\"status\":\"completed\"")) {
      throw new IOException("a turn was answered with status " + response.statusCode());
    }
    return took;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
