package dev.parley.benchmarks.rig;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Sends many messages with one request. Thread-safe. */
public final class Bulk implements AutoCloseable {

  private static final byte[] ACCEPTED = "\"status\":202".getBytes(StandardCharsets.UTF_8);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI uri;
  private final String key;

  public Bulk(int port, String key) {
    this.uri = URI.create("http://127.0.0.1:" + port + "/messages");
    this.key = key;
  }

  /** A line for a session that is made when it is not there; the text needs no escaping. */
  public static String line(String session, String content) {
    return "{\"sessionId\":\"%s\",\"createSession\":true,\"content\":\"%s\"}\n"
        .formatted(session, content);
  }

  /**
   * Sends the lines and waits until all are durable.
   *
   * @throws IOException also when one of them was refused
   */
  public void send(byte[] lines, int count) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(
            HttpRequest.newBuilder(uri)
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/x-ndjson")
                .POST(BodyPublishers.ofByteArray(lines))
                .build(),
            BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      int accepted = occurrences(body);
      if (response.statusCode() != 200 || accepted != count) {
        throw new IOException(
            "%d of %d lines were accepted, status %d"
                .formatted(accepted, count, response.statusCode()));
      }
    }
  }

  private static int occurrences(InputStream text) throws IOException {
    byte[] piece = new byte[16 * 1024];
    int found = 0;
    int matched = 0;
    for (int read = text.read(piece); read >= 0; read = text.read(piece)) {
      for (int i = 0; i < read; i++) {
        byte b = piece[i];
        matched = b == ACCEPTED[matched] ? matched + 1 : b == ACCEPTED[0] ? 1 : 0;
        if (matched == ACCEPTED.length) {
          found++;
          matched = 0;
        }
      }
    }
    return found;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
