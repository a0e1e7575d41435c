package dev.parley.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets one warning of a kind through in half a minute, where a library repeats itself: Kafka's
 * clients tell of each of their attempts to connect, several times a second each, for as long as a
 * broker is away. Named in logback.xml.
 */
public final class RepeatFilter extends Filter<ILoggingEvent> {

  private static final long QUIET_MILLIS = 30_000;

  /** Kinds are few: formats of messages, not messages. */
  private static final int MOST_KINDS = 1_000;

  private final Map<String, Long> lastTold = new ConcurrentHashMap<>();
  private String prefix = "";

  /** Of the names of the loggers that are filtered. */
  public void setLoggers(String loggersPrefix) {
    prefix = loggersPrefix;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (event.getLevel() != Level.WARN || !event.getLoggerName().startsWith(prefix)) {
      return FilterReply.NEUTRAL;
    }
    String kind = event.getLoggerName() + " " + event.getMessage();
    long now = event.getTimeStamp();
    boolean[] told = new boolean[1];
    lastTold.compute(
        kind,
        (same, last) -> {
          told[0] = last == null || now - last >= QUIET_MILLIS;
          return told[0] ? now : last;
        });
    if (lastTold.size() > MOST_KINDS) {
      lastTold.clear();
    }
    return told[0] ? FilterReply.NEUTRAL : FilterReply.DENY;
  }
}
