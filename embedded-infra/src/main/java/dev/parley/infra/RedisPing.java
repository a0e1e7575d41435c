package dev.parley.infra;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The one Redis command that a health check needs, without a client library. */
final class RedisPing {

  private RedisPing() {}

  /** The first line of the answer: {@code +PONG} from a server that is ready. */
  static String ping(String host, int port) throws IOException {
    try (var socket = Loopback.connect(host, port)) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String line = reader.readLine();
      return line == null ? "nothing" : line;
    }
  }
}
