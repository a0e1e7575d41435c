package dev.parley.simulator.script;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An error answer in place of a reply.
 *
 * @param status the HTTP status
 * @param times how many calls with one key fail before one succeeds; {@link #ALWAYS} for all
 * @param code replaces the error code that the format would use
 */
public record Failure(int status, int times, @Nullable Duration retryAfter, @Nullable String code) {

  /** Every call fails. */
  public static final int ALWAYS = Integer.MAX_VALUE;

  /** Checks the status. */
  public Failure {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("a failure's status is from 400 to 599");
    }
    if (times < 1) {
      throw new IllegalArgumentException("a failure happens at least once");
    }
  }
}
