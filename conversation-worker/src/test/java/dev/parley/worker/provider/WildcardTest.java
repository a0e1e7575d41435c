package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WildcardTest {

  @Test
  void starsStandForAnything() {
    assertThat(fits("gpt-5", "gpt-5")).isTrue();
    assertThat(fits("gpt-5", "gpt-5-mini")).isFalse();
    assertThat(fits("*", "")).isTrue();
    assertThat(fits("gpt-*", "gpt-5-mini")).isTrue();
    assertThat(fits("*-mini", "gpt-5-mini")).isTrue();
    assertThat(fits("g*5*mini", "gpt-5-mini")).isTrue();
    assertThat(fits("g*5*mini", "gpt-4-mini")).isFalse();
    assertThat(fits("ab*ba", "aba")).isFalse();
    assertThat(fits("ab*ba", "abba")).isTrue();
    assertThat(fits("a*b*b", "ab")).isFalse();
    assertThat(fits("a.c", "abc")).isFalse();
  }

  private static boolean fits(String pattern, String text) {
    return new Wildcard(pattern).fits(text);
  }
}
