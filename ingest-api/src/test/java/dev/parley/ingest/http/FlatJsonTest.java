package dev.parley.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlatJsonTest {

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "{\"",
          "\"",
          "\":",
          "\":\"",
          "\",\"",
          ",",
          ":",
          " ",
          "\n",
          "\t",
          "\r",
          "[",
          "]",
          "a",
          "b",
          "content",
          "true",
          "false",
          "null",
          "tru",
          "0",
          "-0",
          "1",
          "-12",
          "012",
          "1.5",
          "1e3",
          "999999999",
          "1234567890",
          "-",
          "\\",
          "\\n",
          "\\u0041",
          "ä",
          "\u0000",
          "\u001f",
          "\u007f",
          "😀",
          "{\"a\":1",
          ",\"b\":\"x\"",
          "}}",
          "\"a\"",
          "/**/",
          "NaN",
          "\ufeff");

  private static @Nullable ObjectNode read(String text) {
    byte[] bytes = ("x" + text + "\"}").getBytes(StandardCharsets.UTF_8);
    return FlatJson.read(bytes, 1, bytes.length - 2);
  }

  private static @Nullable JsonNode general(String text) {
    try {
      return Json.mapper().readTree(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return null;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " { } \r\n",
        "{\"a\":\"\"}",
        "{\"sessionId\":\"s-1\",\"createSession\":true,\"content\":\"What is 2 / 2?\"}",
        "\t{ \"a\" : 1,\"b\" : -999999999,\n\"c\":0, \"d\":null ,\"e\":false , \"\":\"~\u007f\" }",
      })
  void reads_plain_objects_as_the_general_parser_does(String text) {
    assertThat(read(text)).isNotNull().isEqualTo(general(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "\"a\"",
        "{\"a\":{}}",
        "{\"a\":[]}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":null,\"a\":null}",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":01}",
        "{\"a\":-0}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":1234567890}",
        "{\"a\":truer}",
        "{\"a\":tru}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\" 1}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":\"x",
        "{\"a\":\"x\"",
        "{\"a\":1",
        "{} {}",
        "{}x",
        "{\"a\":\"\\n\"}",
        "{\"a\":\"ä\"}",
        "{\"ä\":1}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\u0000\"}",
        "\ufeff{}",
      })
  void leaves_all_else_to_the_general_parser(String text) {
    assertThat(read(text)).isNull();
  }

  @Test
  void longNamesAndLongBodiesAreLeftToTheGeneralParser() {
    assertThat(read("{\"" + "a".repeat(256) + "\":1}")).isNotNull();
    assertThat(read("{\"" + "a".repeat(257) + "\":1}")).isNull();
    assertThat(read("{\"a\":\"" + "a".repeat(1024 * 1024 - 8) + "\"}")).isNotNull();
    assertThat(read("{\"a\":\"" + "a".repeat(1024 * 1024 - 7) + "\"}")).isNull();
  }

  @Test
  void whateverItReadsIsWhatTheGeneralParserReads() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < 300_000; i++) {
      StringBuilder text = new StringBuilder();
      if (random.nextBoolean()) {
        text.append(random.nextBoolean() ? "{\"a\":" : "{\"a\":\"");
      }
      for (int pieces = random.nextInt(8); pieces > 0; pieces--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      if (random.nextBoolean()) {
        text.append(random.nextBoolean() ? "}" : "\"}");
      }
      ObjectNode found = read(text.toString());
      if (found != null) {
        read++;
        assertThat(found).as("seed %d, %s", seed, text).isEqualTo(general(text.toString()));
      }
    }
    assertThat(read).as("seed %d", seed).isGreaterThan(1_000);
  }
}
