package dev.parley.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreferenceTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wait=5",
        "WAIT=5",
        "wait = 5",
        "wait=\"5\"",
        "respond-async, wait=5",
        "wait=5, respond-async",
        "wait=5;foo=bar",
        "wait=5 ; foo",
        "foo;x=1,wait=5;y=2",
      })
  void whatIsPreferredIsFoundInEverySpelling(String header) {
    assertThat(Preference.parse(header)).isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wait", "wait=", "wait=x", "wait=-1", "waiting=5", "foo;wait=5", ";"})
  void whatDoesNotSayHowLongIsNoWait(String header) {
    assertThat(Preference.parse(header)).isNull();
  }

  @Test
  void moreThanAMinuteIsAMinute() {
    assertThat(Preference.parse("wait=61")).isEqualTo(Duration.ofSeconds(60));
  }
}
