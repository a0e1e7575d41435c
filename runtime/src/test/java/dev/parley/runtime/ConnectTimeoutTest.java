package dev.parley.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTimeoutTest {

  @Test
  void isThirtySecondsWhenNobodySays() {
    assertThat(ConnectTimeout.takenFrom(List.of("keys", "create", "acme")))
        .isEqualTo(new ConnectTimeout(Duration.ofSeconds(30), List.of("keys", "create", "acme")));
  }

  @Test
  void isTakenOutWhereverItStands() {
    assertThat(ConnectTimeout.takenFrom(List.of("keys", "--connect-timeout", "5", "create")))
        .isEqualTo(new ConnectTimeout(Duration.ofSeconds(5), List.of("keys", "create")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "soon", "1.5", "86401", "99999999999"})
  void whatIsNoSuchNumberIsNamed(String value) {
    assertThatThrownBy(() -> ConnectTimeout.takenFrom(List.of("keys", "--connect-timeout", value)))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--connect-timeout must be a whole number of seconds from 0 to 86400");
  }

  @Test
  void whoeverWaitedIsToldForWhatAndHowLong() {
    assertThat(
            new ConnectTimeout(Duration.ofSeconds(5), List.of())
                .givenUp(new IllegalStateException("PostgreSQL is unavailable")))
        .hasMessage(
            "PostgreSQL is unavailable; gave up after 5 s, --connect-timeout SECONDS sets another limit");
  }

  @Test
  void aMissingValueIsNamed() {
    assertThatThrownBy(() -> ConnectTimeout.takenFrom(List.of("keys", "--connect-timeout")))
        .isInstanceOf(ConfigException.class);
  }
}
