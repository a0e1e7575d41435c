package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small inputs that would be expensive if they were believed. */
@Timeout(20)
class HostileInputTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999999",
        "-1e999999999",
        "1e-999999999",
        "1e2147483647",
        "1e-2147483647",
        "1e9999999999999999999",
        "0e999999999",
        "1e1000",
        "1e-1000"
      })
  void aNumberWithAnEnormousExponentIsRefusedAtOnce(String number) {
    long begin = System.nanoTime();
    for (String field : List.of("costUSD", "inputTokens", "durationMs", "estimated", "provider")) {
      ObjectNode event = Golden.object(usage());
      event.put(field, "@@");
      assertUndecodable(event, number);
    }
    ObjectNode inMetadata = Golden.object(usage());
    inMetadata.putObject("metadata").putArray("list").add("@@");
    assertUndecodable(inMetadata, number);
    assertThatThrownBy(() -> Json.mapper().readTree("{\"a\":[" + number + "]}"))
        .isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> Json.mapper().readValue(number, BigDecimal.class))
        .isInstanceOf(JsonProcessingException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
  }

  /** Otherwise a request could be accepted that no worker can read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e308",
        "-1.7976931348623157e308",
        "4.9e-324",
        "1e998",
        "1e-997",
        "1.10",
        "0e-20",
        "1E+3",
        "123456789012345678901234567890"
      })
  void everyNumberThatIsReadCanBeWrittenAndReadAgain(String number) throws IOException {
    JsonNode tree = Json.mapper().readTree("{\"n\":" + number + "}");
    JsonNode again = Json.mapper().readTree(Json.mapper().writeValueAsBytes(tree));
    BigDecimal decimal = Json.mapper().readValue(number, BigDecimal.class);

    assertThat(again.get("n").decimalValue()).isEqualByComparingTo(new BigDecimal(number));
    assertThat(Json.mapper().readValue(Json.mapper().writeValueAsBytes(decimal), BigDecimal.class))
        .isEqualTo(decimal)
        .isEqualByComparingTo(new BigDecimal(number));
  }

  @Test
  void aNumberOfManyDigitsIsRefused() {
    String digits = "9".repeat(Json.MAX_NUMBER_LENGTH + 1);
    for (String number : List.of(digits, "-" + digits, "0." + digits, digits + "e5")) {
      ObjectNode event = Golden.object(usage());
      event.putObject("metadata").put("n", "@@");
      assertUndecodable(event, number);
      event.put("inputTokens", "@@").putObject("metadata");
      assertUndecodable(event, number);
    }
  }

  @Test
  void nestingWithoutEndIsRefused() {
    for (String open : List.of("[", "{\"a\":")) {
      String deep = open.repeat(200_000);
      ObjectNode inMetadata = Golden.object(usage());
      inMetadata.put("metadata", "@@");
      assertUndecodable(inMetadata, deep);
      ObjectNode inUnknown = Golden.object(usage());
      inUnknown.put("unknown", "@@");
      assertUndecodable(inUnknown, deep);
      assertUndecodable(Golden.object("{\"type\":\"message\",\"content\":\"@@\"}"), deep);
    }
  }

  @Test
  void theMapperReadsDownToItsLimitAndNoFurther() throws IOException {
    int limit = Json.MAX_DEPTH;
    assertThat(Json.mapper().readTree("[".repeat(limit) + "]".repeat(limit))).isNotNull();
    assertThatThrownBy(() -> Json.mapper().readTree("[".repeat(limit + 1) + "]".repeat(limit + 1)))
        .isInstanceOf(StreamConstraintsException.class);
  }

  private static void assertUndecodable(ObjectNode event, String by) {
    byte[] value = event.toString().replace("\"@@\"", by).getBytes(StandardCharsets.UTF_8);
    assertThat(EventCodec.USAGE_EVENTS.decode(value, null)).isInstanceOf(Decoded.Undecodable.class);
    assertThat(EventCodec.SUBMISSIONS.decode(value, null)).isInstanceOf(Decoded.Undecodable.class);
  }

  private static String usage() {
    return new String(EventCodec.USAGE_EVENTS.encode(Golden.bareUsage()), StandardCharsets.UTF_8);
  }
}
