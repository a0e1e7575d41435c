package dev.parley.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Utf8Test {

  @Test
  void everyCharacterIsTaken() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).as("%x", c).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "c0af",
        "c1bf",
        "e080af",
        "eda080",
        "eda0bdedb2a5",
        "f08080af",
        "f4908080",
        "f5808080",
        "ff",
        "c3",
        "e282",
        "f09f92",
        "c328",
        "e28228",
        "c3a4a4"
      })
  void whatIsNoCharacterIsNot(String hex) {
    byte[] bytes = HexFormat.of().parseHex("61" + hex + "62");
    assertThat(Utf8.isValid(bytes, 0, bytes.length)).isFalse();
    assertThat(Utf8.isValid(bytes, 1, bytes.length - 1)).isFalse();
    assertThat(Utf8.isValid(bytes, 0, 1)).isTrue();
  }

  @Test
  void ofAllThatBeginsWithThreeBytesItTakesWhatComesBackAsItWas() {
    for (int bits = 0x800000; bits <= 0xffffff; bits += 7) {
      byte[] bytes = {(byte) (bits >> 16), (byte) (bits >> 8), (byte) bits, (byte) 0x80};
      assertThat(Utf8.isValid(bytes, 0, 4)).as("%x", bits).isEqualTo(comesBack(bytes));
    }
  }

  /** What is no character is read as U+FFFD, which is written otherwise. */
  private static boolean comesBack(byte[] bytes) {
    byte[] written = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(bytes, written);
  }
}
