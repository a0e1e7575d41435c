package dev.parley.simulator.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokensTest {

  @Test
  void fourCodePointsAreATokenAndARestIsOneToo() {
    assertThat(Tokens.count("")).isZero();
    assertThat(Tokens.count("abcd")).isEqualTo(1);
    assertThat(Tokens.count("abcde")).isEqualTo(2);
    assertThat(Tokens.count("\uD83D\uDE00".repeat(4))).isEqualTo(1);
  }

  @Test
  void thePiecesMakeUpTheTextAndAreAsManyAsCounted() {
    String text = "abc\uD83D\uDE00defg\uD83D\uDE00h";
    StringBuilder pieces = new StringBuilder();
    int count = 0;
    for (int start = 0; start < text.length(); count++) {
      int end = Tokens.end(text, start);
      pieces.append(text, start, end);
      start = end;
    }

    assertThat(pieces).hasToString(text);
    assertThat(count).isEqualTo(Tokens.count(text));
  }

  @Test
  void aTextIsCutAfterWholeTokens() {
    assertThat(Tokens.first("abcdefghi", 2)).isEqualTo("abcdefgh");
    assertThat(Tokens.first("\uD83D\uDE00".repeat(5), 1)).isEqualTo("\uD83D\uDE00".repeat(4));
    assertThat(Tokens.first("ab", 1)).isEqualTo("ab");
  }
}
