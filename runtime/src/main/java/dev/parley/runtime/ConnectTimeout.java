package dev.parley.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a command waits for a store that does not answer, and its other words. A service waits
 * as long as it takes; a command has somebody waiting for it.
 *
 * @param limit of the wait
 * @param words what is left of the command without the option
 */
public record ConnectTimeout(Duration limit, List<String> words) {

  public static final String OPTION = "--connect-timeout";
  public static final int DEFAULT_SECONDS = 30;

  private static final int MAX_SECONDS = 86_400;

  public ConnectTimeout {
    words = List.copyOf(words);
  }

  /**
   * Takes {@value #OPTION} and its value out of a command's words.
   *
   * @throws ConfigException when the value is missing or is no such number
   */
  public static ConnectTimeout takenFrom(List<String> args) {
    List<String> words = new ArrayList<>(args);
    int seconds = DEFAULT_SECONDS;
    int at = words.indexOf(OPTION);
    if (at >= 0) {
      seconds = seconds(at + 1 < words.size() ? words.get(at + 1) : "");
      words.subList(at, at + 2).clear();
    }
    return new ConnectTimeout(Duration.ofSeconds(seconds), words);
  }

  private static int seconds(String text) {
    if (text.matches("[0-9]{1,5}")) {
      int seconds = Integer.parseInt(text);
      if (seconds <= MAX_SECONDS) {
        return seconds;
      }
    }
    throw new ConfigException(
        List.of(OPTION + " must be a whole number of seconds from 0 to " + MAX_SECONDS));
  }

  /** What ends a command whose store has not answered in time. */
  public GivenUpException givenUp(Throwable cause) {
    return new GivenUpException(
        "%s; gave up after %d s, %s SECONDS sets another limit"
            .formatted(cause.getMessage(), limit.toSeconds(), OPTION),
        cause);
  }
}
