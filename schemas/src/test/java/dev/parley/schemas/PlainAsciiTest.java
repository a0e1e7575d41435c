package dev.parley.schemas;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PlainAsciiTest {

  @Test
  void everyByteInEveryPlaceIsSeen() {
    for (int length = 1; length <= 20; length++) {
      for (int at = 0; at < length; at++) {
        for (int value = 0; value < 256; value++) {
          byte[] bytes = "abcdefghijklmnopqrst".substring(0, length).getBytes(US_ASCII);
          bytes[at] = (byte) value;
          boolean escape = value == '\\' || value >= 0x80;
          assertThat(PlainAscii.isWithoutEscapes(bytes, 0, length)).isEqualTo(!escape);
          boolean special =
              value < 0x20 || value == '"' || value == '\\' || value == '?' || value >= 0x80;
          assertThat(PlainAscii.isWrittenAsItIs(bytes)).isEqualTo(!special);
          boolean plain = !special || value == '?';
          assertThat(PlainAscii.endOfPlain(bytes, 0, length)).isEqualTo(plain ? length : at);
          assertThat(PlainAscii.endOfLine(bytes, 0, length)).isEqualTo(value == '\n' ? at : length);
        }
      }
    }
  }

  @Test
  void randomTextsAreSeenAsByteByByte() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      boolean plain = true;
      int to = from + random.nextInt(bytes.length - from + 1);
      int end = from;
      while (end < to && bytes[end] >= ' ' && bytes[end] != '"' && bytes[end] != '\\') {
        end++;
      }
      assertThat(PlainAscii.endOfPlain(bytes, from, to)).isEqualTo(end);
      int line = from;
      while (line < to && bytes[line] != '\n') {
        line++;
      }
      assertThat(PlainAscii.endOfLine(bytes, from, to)).isEqualTo(line);
      for (int at = from; at < bytes.length; at++) {
        plain &= bytes[at] >= 0 && bytes[at] != '\\';
      }
      assertThat(PlainAscii.isWithoutEscapes(bytes, from, bytes.length)).isEqualTo(plain);
    }
  }
}
