package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.schemas.JobId;
import dev.parley.storage.live.LiveEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients that take their time, or all the time there is. */
@Timeout(30)
@Execution(ExecutionMode.CONCURRENT)
final class SlowClientsTest {

  private static ApiServer server;

  @BeforeAll
  static void start() {
    server = ApiServer.start(Map.of("HTTP_REQUEST_TIMEOUT", "1s", "HTTP_IDLE_TIMEOUT", "3s"));
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String post(String path, int length) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "
        + server.key
        + "\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  /** Sends a character at a time until the server has had enough; the seconds that it took. */
  private static double trickle(Socket socket, String text, Duration pause) throws Exception {
    long begin = System.nanoTime();
    socket.setSoTimeout(1);
    for (int i = 0; i < text.length(); i++) {
      try {
        write(socket, text.substring(i, i + 1));
      } catch (IOException closed) {
        break;
      }
      if (answered(socket)) {
        break;
      }
      Thread.sleep(pause);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private static boolean answered(Socket socket) throws IOException {
    try {
      socket.getInputStream().mark(1);
      return socket.getInputStream().available() > 0 || closed(socket);
    } catch (java.net.SocketTimeoutException e) {
      return false;
    }
  }

  private static boolean closed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Test
  void aHeadThatDoesNotComeToItsEndIsCutOff() throws Exception {
    try (Socket socket = connect()) {
      String head = "GET /sessions HTTP/1.1\r\nHost: x\r\nX-Slow: " + "a".repeat(500);
      assertThat(trickle(socket, head, Duration.ofMillis(50))).isBetween(1.0, 4.0);
    }
  }

  @Test
  void aSecondRequestsHeadThatDoesNotComeIsCutOffToo() throws Exception {
    try (Socket socket = connect()) {
      write(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
      InputStream in = socket.getInputStream();
      byte[] answer = new byte[4096];
      assertThat(in.read(answer)).isPositive();
      Thread.sleep(700);
      String head = "GET /sessions HTTP/1.1\r\nHost: x\r\nX-Slow: " + "a".repeat(500);
      assertThat(trickle(socket, head, Duration.ofMillis(50))).isBetween(1.0, 4.0);
    }
  }

  @Test
  void aBodyThatDripsIsRefusedAndItsConnectionClosed() throws Exception {
    try (Socket socket = connect()) {
      write(socket, post("/sessions", 400));
      assertThat(trickle(socket, "{" + " ".repeat(399), Duration.ofMillis(50))).isBetween(1.0, 5.0);
    }
  }

  @Test
  void aKeptConnectionThatIsQuietAndARequestThatWaitsAreNotCutOff() throws Exception {
    String job = server.post("/sessions/s1/message", "{\"content\":\"x\"}").at("/job/id");
    assertThat(server.get("/jobs/" + job, "prefer", "wait=2").status()).isEqualTo(200);
    try (Socket socket = connect()) {
      for (int i = 0; i < 2; i++) {
        write(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
        byte[] answer = new byte[4096];
        int length = socket.getInputStream().read(answer);
        assertThat(new String(answer, 0, length, StandardCharsets.US_ASCII)).contains("200 OK");
        Thread.sleep(1_500);
      }
    }
  }

  @Test
  void aConnectionThatRestsAfterABodyThatCameLaterThanItsHeadIsKept() throws Exception {
    String body = "{\"sessionId\":\"late-body\"}";
    try (Socket socket = connect()) {
      write(socket, post("/sessions", body.length()));
      Thread.sleep(800);
      write(socket, body);
      byte[] answer = new byte[4096];
      assertThat(socket.getInputStream().read(answer)).isPositive();
      Thread.sleep(2_400);
      write(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(socket.getInputStream().read(answer)).isPositive();
    }
  }

  @Test
  void aClientThatDoesNotReadItsEventsLosesItsConnection() throws Exception {
    JobId job = new JobId(server.post("/sessions/s1/message", "{\"content\":\"x\"}").at("/job/id"));
    LiveEvent[] many = new LiveEvent[2_000];
    for (int i = 0; i < many.length; i++) {
      many[i] =
          new LiveEvent(
              LiveEvent.sequence(1, i + 1),
              "response.text.delta",
              Instant.now(),
              JsonNodeFactory.instance.objectNode().put("delta", "x".repeat(10_000)));
    }
    server.stores.live.append(job, List.of(many));
    long begin = System.nanoTime();
    try (Socket socket = connect()) {
      socket.setReceiveBufferSize(4096);
      write(
          socket,
          "GET /jobs/"
              + job.value()
              + "/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + server.key
              + "\r\n\r\n");
      // While it is written to, somebody waits; that ends though nothing was read.
      while (!server.waiters.isEmpty() || System.nanoTime() - begin < 500_000_000L) {
        Thread.sleep(50);
      }
      assertThat((System.nanoTime() - begin) / 1e9).isBetween(2.0, 12.0);
    }
  }
}
