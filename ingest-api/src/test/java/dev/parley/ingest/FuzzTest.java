package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Throws malformed requests at every call that takes a body or parameters: none may be answered
 * with a 5xx, none may be taken in, and nothing may change. The seed is printed; {@code
 * -Dfuzz.seed} takes one, {@code -Dfuzz.requests} a number.
 */
final class FuzzTest {

  private static final List<String> PATHS =
      List.of(
          "/sessions",
          "/sessions/s1/message",
          "/sessions/s1/fork",
          "/messages",
          "/admin/keys",
          "/sessions/%s/message",
          "/sessions/%s/fork");

  private static final List<String> READS =
      List.of(
          "/sessions/%s",
          "/sessions/%s/messages",
          "/jobs/%s",
          "/jobs/%s/events",
          "/jobs?cursor=%s",
          "/sessions?cursor=%s",
          "/sessions/s1/messages?cursor=%s",
          "/sessions/s1/messages?limit=%s",
          "/sessions/s1?include=%s",
          "/usage?since=%s",
          "/usage?timezone=%s",
          "/usage?groupBy=%s",
          "/usage?tenantId=%s",
          "/usage/export?format=%s",
          "/usage/exports/%s");

  private static final List<String> IDS =
      List.of(
          "..%2F..%2Fetc",
          "%00",
          "%FF%FE",
          "%ED%A0%80",
          "-1",
          "99999999999999999999999",
          "a%20b",
          "%F0%9F%98%80",
          "'%20or%201=1--",
          "1e9",
          "%7B%7D",
          "x".repeat(129),
          "x".repeat(4000));

  /** None of them is a value that any field of any body takes. */
  private static final List<String> BAD_VALUES =
      List.of(
          "{}",
          "[[]]",
          "[1]",
          "-1",
          "1e400",
          "1e999999999",
          "-0.5",
          "\"\"",
          "\"\\ud800\"",
          "\"\\udc00x\"",
          "123456789012345678901234567890",
          "[{\"type\":\"text\"}]",
          "[{\"type\":\"image_url\",\"url\":5}]",
          "[".repeat(80) + "]".repeat(80));

  private static final List<String> BROKEN =
      List.of(
          "",
          " ",
          "{",
          "[",
          "nul",
          "{\"a\":}",
          "{\"a\":1,}",
          "{'a':1}",
          "\u0000\u0000",
          "\ufeff",
          "{\"a\":\"\u0001\"}",
          "{\"a\":\"\\x\"}",
          "{\"a\":01}",
          "{\"a\":NaN}",
          "{\"a\":Infinity}",
          "{\"a\":1}{",
          "[".repeat(5_000),
          "{\"a\":".repeat(500),
          "\"text\"",
          "42",
          "null",
          "[]",
          "{\"a\":1,\"a\":2}",
          "{\"n\":" + "9".repeat(2_000) + "}");

  @Test
  void noHostileRequestIsTakenInOrBreaksAnything() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    int requests = Integer.getInteger("fuzz.requests", 10_000);
    System.out.println("fuzz.seed=" + seed);
    Random random = new Random(seed);
    try (ApiServer server = ApiServer.start()) {
      server.post("/sessions", "{\"sessionId\":\"s1\",\"system\":\"as it was\"}");
      String before = server.get("/sessions").body();
      int keys = server.stores.keys.size();
      for (int i = 0; i < requests; i++) {
        Reply reply = random.nextInt(4) == 0 ? read(server, random) : write(server, random);
        String what = "request " + i + " of seed " + seed + ": " + reply.response().request();
        assertThat(reply.status()).as(what).isLessThan(500);
        if (reply.status() >= 400) {
          assertThat(reply.at("/error/code")).as(what).isNotEmpty();
          assertThat(reply.at("/error/requestId")).as(what).isEqualTo(reply.header("x-request-id"));
        }
      }
      assertThat(server.log.accepted).isEmpty();
      assertThat(server.get("/sessions").body()).isEqualTo(before);
      assertThat(server.stores.keys).hasSize(keys);
      assertThat(server.stores.jobs).isEmpty();
    }
  }

  private static Reply read(ApiServer server, Random random) {
    return server.get(pick(READS, random).formatted(pick(IDS, random)));
  }

  private static Reply write(ApiServer server, Random random) {
    String path = pick(PATHS, random);
    if (path.contains("%s")) {
      path = path.formatted(pick(IDS, random));
    }
    String type = path.equals("/messages") ? "application/x-ndjson" : "application/json";
    if (random.nextInt(20) == 0) {
      type = pick(List.of("text/plain", "application/xml", "application/json; charset=x"), random);
    }
    String body = random.nextInt(3) == 0 ? pick(BROKEN, random) : wrongField(random);
    return server.post(path, body.isEmpty() ? " " : body, "content-type", type);
  }

  /** A body whose one good field cannot save it: another is of the wrong type or out of range. */
  private static String wrongField(Random random) {
    String bad = pick(BAD_VALUES, random);
    return """
    {"sessionId":%s,"content":%s,"metadata":[],"fromMessageIndex":"x","tenantId":%s}\
    """
        .formatted(bad, pick(BAD_VALUES, random), bad);
  }

  private static String pick(List<String> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
