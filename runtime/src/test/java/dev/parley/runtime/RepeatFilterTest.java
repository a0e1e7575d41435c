package dev.parley.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.Test;

final class RepeatFilterTest {

  private final LoggerContext context = new LoggerContext();
  private final RepeatFilter filter = new RepeatFilter();

  RepeatFilterTest() {
    filter.setLoggers("org.apache.kafka.clients");
  }

  @Test
  void aWarningOfOneKindIsToldOnceInHalfAMinute() {
    assertThat(told("node {} is away", Level.WARN, 0)).isTrue();
    assertThat(told("node {} is away", Level.WARN, 29_999)).isFalse();
    assertThat(told("node {} is away", Level.WARN, 30_000)).isTrue();
    assertThat(told("node {} is away", Level.WARN, 30_001)).isFalse();
  }

  @Test
  void otherKindsLevelsAndLoggersAreNotTouched() {
    assertThat(told("node {} is away", Level.WARN, 0)).isTrue();
    assertThat(told("group {} is lost", Level.WARN, 1)).isTrue();
    assertThat(told("node {} is away", Level.ERROR, 1)).isTrue();
    assertThat(told("node {} is away", Level.ERROR, 2)).isTrue();
    assertThat(told("dev.parley.worker", "away", Level.WARN, 1)).isTrue();
    assertThat(told("dev.parley.worker", "away", Level.WARN, 2)).isTrue();
  }

  private boolean told(String message, Level level, long at) {
    return told("org.apache.kafka.clients.NetworkClient", message, level, at);
  }

  private boolean told(String name, String message, Level level, long at) {
    Logger logger = context.getLogger(name);
    LoggingEvent event = new LoggingEvent("", logger, level, message, null, new Object[] {at});
    event.setInstant(java.time.Instant.ofEpochMilli(at));
    return filter.decide(event) == FilterReply.NEUTRAL;
  }
}
