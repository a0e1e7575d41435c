package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostileRequestsTest {

  private static ApiServer server;

  @BeforeAll
  static void start() {
    server = ApiServer.start();
    server.post("/sessions", "{\"sessionId\":\"s1\"}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e",
        "%2E%2E%2Fx",
        "a%2Fb",
        "a%5Cb",
        ".hidden",
        "a%20b",
        "%C3%A4",
        "%FF",
        "a;b=c",
        "-x",
        "%25",
        "%00",
        "a%00b",
        "%zz",
        "%",
        "a%4",
        "%u0041",
        "%c0%ae",
        "%ed%a0%80",
        "%252e%252e",
        "..",
        "../x",
        "./s1",
        "s1/../s1",
        "%0d%0aset-cookie:x",
        "s1;jsessionid=1",
      })
  void anIdThatIsNotOneIsRefusedAsSuch(String id) throws IOException {
    for (String path : List.of("/sessions/" + id, "/sessions/" + id + "/messages")) {
      RawReply reply = raw("GET " + path + " HTTP/1.1\r\n" + head() + "\r\n");
      assertThat(reply.status).as(path + " " + reply.text).isEqualTo(400);
      assertThat(reply.json().at("/error/code").asText()).as(path).isEqualTo("invalid_session_id");
      assertThat(reply.json().at("/error/param").asText()).as(path).isEqualTo("sessionId");
      assertThat(reply.text).containsIgnoringCase("x-request-id: req_");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%00",
        "a%00b",
        "%zz",
        "%",
        "..%2f..",
        "%2e%2e",
        "%ff",
        "a;x",
        "%u0041",
        "..",
        "job_nope",
      })
  void anIdThatIsNoJobsIsNotFound(String id) throws IOException {
    for (String path : List.of("/jobs/" + id, "/jobs/" + id + "/events")) {
      RawReply reply = raw("GET " + path + " HTTP/1.1\r\n" + head() + "\r\n");
      assertThat(reply.status).as(path + " " + reply.text).isEqualTo(404);
      assertThat(reply.json().at("/error/code").asText()).as(path).isEqualTo("job_not_found");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /sessions/a b HTTP/1.1\r\n",
        "GET /%zz HTTP/1.1\r\n",
        "GET /sessions/../../etc/passwd HTTP/1.1\r\n",
        "GET // HTTP/1.1\r\n",
        "GET /sessions/s1/../s1 HTTP/1.1\r\n",
        "FOO /sessions/s1 HTTP/1.1\r\n",
        "TRACE / HTTP/1.1\r\n",
        "GET /sessions?limit=%zz HTTP/1.1\r\n",
        "GET /sessions?limit=%FF HTTP/1.1\r\n",
        "GET /\u0001 HTTP/1.1\r\n",
        "GARBAGE\r\n",
        "POST /sessions HTTP/1.1\r\ncontent-length: -1\r\n",
        "POST /sessions HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n",
      })
  void whatIsNotARequestIsRefusedInTheApisOwnShape(String request) throws IOException {
    RawReply reply = raw(request + head() + "\r\n");
    assertThat(reply.status).as(reply.text).isBetween(400, 499);
    assertThat(reply.json().at("/error/code").asText()).as(reply.text).isNotEmpty();
    assertThat(reply.text).containsIgnoringCase("x-request-id:");
  }

  @Test
  void aMethodThatARouteDoesNotHaveIsToldWhichItHas() {
    Reply reply = server.call("PUT", "/sessions/s1", "{}");
    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.at("/error/code")).isEqualTo("method_not_allowed");
    assertThat(reply.header("allow")).isEqualTo("DELETE, GET, HEAD");
  }

  @Test
  void aRouteThatIsNotThereIsToldToBeSo() {
    Reply reply = server.get("/nope");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.at("/error/code")).isEqualTo("route_not_found");
    assertThat(reply.at("/error/requestId")).isEqualTo(reply.header("x-request-id"));
  }

  @Test
  void aSafeRequestIdIsKeptAndAnotherIsReplaced() {
    assertThat(server.get("/health/live", "x-request-id", "abc-1").header("x-request-id"))
        .isEqualTo("abc-1");
    assertThat(server.get("/health/live", "x-request-id", "a b<>").header("x-request-id"))
        .startsWith("req_");
  }

  @Test
  void aBodyOfAnotherTypeIsNotRead() {
    assertThat(server.post("/sessions", "{}", "content-type", "text/plain").status())
        .isEqualTo(415);
    assertThat(
            server
                .post("/sessions", "{}", "content-type", "application/json; charset=iso-8859-1")
                .at("/error/code"))
        .isEqualTo("unsupported_media_type");
    assertThat(server.post("/sessions", "{}", "content-encoding", "gzip").status()).isEqualTo(415);
    assertThat(
            server
                .post("/sessions", "{}", "content-type", "Application/JSON; charset=UTF-8")
                .status())
        .isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u00c0\u0080", "\u00e0\u0080\u00af", "\u00ed\u00a0\u0080", "\u00ff", "\u00c3"})
  void textThatIsNotUtf8ByTheLetterIsRefused(String bytes) throws IOException {
    String body = "{\"system\":\"" + bytes + "\"}";
    RawReply reply =
        raw(
            "POST /sessions HTTP/1.1\r\n"
                + head()
                + "content-type: application/json\r\ncontent-length: "
                + body.length()
                + "\r\n\r\n"
                + body);
    assertThat(reply.status).as(reply.text).isEqualTo(400);
    assertThat(reply.json().at("/error/code").asText()).isEqualTo("invalid_json");
  }

  @Test
  void aVersionOfHttpThatIsNotSpokenIsNotOurFault() throws IOException {
    RawReply reply = raw("GET /health/live HTTP/9.9\r\n" + head() + "\r\n");
    assertThat(reply.status).isEqualTo(505);
    assertThat(reply.json().at("/error/code").asText()).isEqualTo("invalid_request");
    assertThat(reply.json().at("/error/name").asText()).isEqualTo("ValidationError");
  }

  @Test
  void aBodyThatIsTooLargeIsNotRead() {
    Reply reply =
        server.post("/sessions/s1/message", "{\"content\":\"" + "x".repeat(1 << 20) + "\"}");
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.at("/error/code")).isEqualTo("request_body_too_large");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoeverSendsAllOfATooLargeBodyBeforeReadingIsToldSo(boolean chunked) throws IOException {
    int chunks = 160;
    String chunk = "x".repeat(0x10000);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      String framing =
          chunked ? "transfer-encoding: chunked" : "content-length: " + chunks * chunk.length();
      String head =
          "POST /sessions HTTP/1.1\r\ncontent-type: application/json\r\n" + framing + "\r\n";
      out.write((head + head() + "\r\n").getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < chunks; i++) {
        String framed = chunked ? "10000\r\n" + chunk + "\r\n" : chunk;
        out.write(framed.getBytes(StandardCharsets.US_ASCII));
      }
      if (chunked) {
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      RawReply reply = read(socket);
      assertThat(reply.status).as(reply.text).isEqualTo(413);
      assertThat(reply.text).containsIgnoringCase("connection: close");
    }
  }

  @Test
  void whoeverAsksBeforeSendingATooLargeBodyIsNotToldToGoOn() throws IOException {
    RawReply reply =
        raw(
            "POST /sessions HTTP/1.1\r\n"
                + head()
                + "content-type: application/json\r\n"
                + "content-length: 99999999\r\nexpect: 100-continue\r\n\r\n");
    assertThat(reply.status).as(reply.text).isEqualTo(413);
  }

  @Test
  void aChunkedBodyThatIsTooLargeIsNotReadToItsEnd() throws IOException {
    String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
    RawReply reply =
        raw(
            "POST /sessions HTTP/1.1\r\n"
                + head()
                + "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                + chunk.repeat(40));
    assertThat(reply.status).isEqualTo(413);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | invalid_request | content",
        "{\"content\":null} | invalid_request | content",
        "{\"content\":\"\"} | invalid_request | content",
        "{\"content\":[]} | invalid_request | content",
        "{\"content\":42} | invalid_request | content",
        "{\"content\":[{\"type\":\"nope\"}]} | invalid_request | content[0].type",
        "{\"content\":[{\"type\":\"text\"}]} | invalid_request | content[0].text",
        "{\"content\":\"x\",\"maxTokens\":0} | invalid_request | maxTokens",
        "{\"content\":\"x\",\"maxTokens\":1.5} | invalid_request | maxTokens",
        "{\"content\":\"x\",\"maxTokens\":1e400} | invalid_request | maxTokens",
        "{\"content\":\"x\",\"temperature\":3} | invalid_request | temperature",
        "{\"content\":\"x\",\"metadata\":[]} | invalid_metadata | metadata",
        "{\"content\":\"x\",\"metadata\":{\"a\":1e500}} | invalid_request | metadata",
        "{\"content\":\"x\",\"metadata\":{\"a\":1e99999999}} | invalid_json | ",
        "{\"content\":\"\\ud800\"} | invalid_request | content",
        "{\"content\":\"x\",\"tools\":[{\"name\":\"a b\"}]} | invalid_request | tools[0].name",
        "{\"content\":\"x\",\"reasoning\":\"extreme\"} | invalid_request | reasoning",
        "{\"content\":\"x\",\"reasoning\":7} | invalid_request | reasoning",
        "{\"content\":\"x\",\"reasoning\":{}} | invalid_request | reasoning",
        "{\"content\":\"x\",\"reasoning\":{\"effort\":\"none\"}} | invalid_request | reasoning.effort",
        "{\"content\":\"x\",\"reasoning\":{\"maxTokens\":1023}} | invalid_request | reasoning.maxTokens",
        "{\"content\":\"x\",\"maxTokens\":2000,\"reasoning\":{\"maxTokens\":2000}} | invalid_request | reasoning.maxTokens",
        "{\"content\":\"x\",\"reasoning\":{\"effort\":\"low\",\"summary\":1}} | invalid_request | reasoning.summary",
        "{\"content\":\"x\",\"createSession\":\"yes\"} | invalid_request | createSession",
        "{\"content\":\"x\",\"tenantId\":\"other\"} | tenant_mismatch | tenantId",
        "{\"content\":\"x\",\"expiresInSeconds\":0} | invalid_request | expiresInSeconds",
        "[] | invalid_request | ",
        "`` | invalid_json | ",
        "{ | invalid_json | ",
        "{\"content\":\"x\",\"content\":\"y\"} | invalid_json | ",
        "{\"content\":NaN} | invalid_json | ",
        "{} {} | invalid_json | ",
      })
  void aBodyThatIsWrongIsRefusedByFieldAndCode(String body, String code, String param) {
    int before = server.log.accepted.size();
    Reply reply = server.post("/sessions/s1/message", body == null || body.isEmpty() ? " " : body);
    assertThat(reply.status()).isBetween(400, 403);
    assertThat(reply.at("/error/code")).isEqualTo(code);
    assertThat(reply.at("/error/param")).isEqualTo(param == null ? "" : param);
    assertThat(server.log.accepted).hasSize(before);
  }

  @Test
  void nestingWithoutEndIsRefused() {
    Reply reply =
        server.post(
            "/sessions/s1/message",
            "{\"content\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    assertThat(reply.at("/error/code")).isEqualTo("invalid_json");
  }

  @Test
  void aBodyThatBreaksOffIsRefused() throws IOException {
    RawReply reply =
        rawThenClose(
            "POST /sessions HTTP/1.1\r\n"
                + head()
                + "content-type: application/json\r\ncontent-length: 100\r\n\r\n{\"a\":");
    assertThat(reply.status == 0 || reply.status == 400).as(reply.text).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/sessions/s1/messages?limit=0, invalid_limit",
    "/sessions/s1/messages?limit=101, invalid_limit",
    "/sessions/s1/messages?limit=x, invalid_limit",
    "/sessions/s1/messages?limit=1&limit=2, invalid_limit",
    "/sessions/s1/messages?cursor=-1, invalid_cursor",
    "/sessions/s1/messages?cursor=99999999999999999999, invalid_cursor",
    "/sessions/s1/messages?direction=up, invalid_direction",
    "/sessions/s1?include=secrets, invalid_include",
    "/jobs?status=lost, invalid_request",
    "/usage?since=yesterday, invalid_request",
    "/usage?timezone=Mars/Base, invalid_request",
    "/usage?groupBy=colour, invalid_request",
    "/usage?tenantId=other, tenant_mismatch",
  })
  void aQueryThatIsWrongIsRefusedByCode(String path, String code) {
    Reply reply = server.get(path);
    assertThat(reply.at("/error/code")).isEqualTo(code);
  }

  private static String head() {
    return "host: x\r\nauthorization: Bearer " + server.key + "\r\nconnection: close\r\n";
  }

  private static RawReply raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(30_000);
      send(socket, request);
      return read(socket);
    }
  }

  private static RawReply rawThenClose(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(30_000);
      send(socket, request);
      socket.shutdownOutput();
      return read(socket);
    }
  }

  private static void send(Socket socket, String request) {
    try {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    } catch (IOException e) {
      // The server may have answered and closed before it was told everything.
    }
  }

  private static RawReply read(Socket socket) {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[8192];
    try {
      int count = socket.getInputStream().read(buffer);
      while (count >= 0) {
        text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        count = socket.getInputStream().read(buffer);
      }
    } catch (IOException e) {
      // Reset after the answer.
    }
    String all = text.toString();
    int status = all.startsWith("HTTP/1.1 ") ? Integer.parseInt(all.substring(9, 12)) : 0;
    return new RawReply(status, all);
  }

  private record RawReply(int status, String text) {
    JsonNode json() throws IOException {
      int body = text.indexOf("\r\n\r\n");
      return Json.mapper().readTree(body < 0 ? "{}" : text.substring(text.indexOf('{', body)));
    }
  }
}
