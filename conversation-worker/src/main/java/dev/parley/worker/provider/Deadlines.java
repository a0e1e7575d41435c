package dev.parley.worker.provider;

import java.time.Duration;

/**
 * How long the phases of a call may take; each is counted by itself.
 *
 * @param connect until a connection stands and the request begins to be sent, waiting for a free
 *     stream included
 * @param firstToken from the request to the first delta of the answer; a plain answer has {@code
 *     total} alone
 * @param idle between two deltas; comments and pings do not count as deltas
 * @param total the whole call, tries within it and the waits between them included
 */
public record Deadlines(Duration connect, Duration firstToken, Duration idle, Duration total) {

  public static final Deadlines DEFAULT =
      new Deadlines(
          Duration.ofSeconds(10),
          Duration.ofSeconds(120),
          Duration.ofSeconds(60),
          Duration.ofMinutes(10));

  public Deadlines {
    requirePositive("connect", connect);
    requirePositive("firstToken", firstToken);
    requirePositive("idle", idle);
    requirePositive("total", total);
  }

  public Deadlines withTotal(Duration newTotal) {
    return new Deadlines(connect, firstToken, idle, newTotal);
  }

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive");
    }
  }

  /** Which of the deadlines passed. */
  public enum Phase {
    CONNECT,
    FIRST_TOKEN,
    IDLE,
    TOTAL
  }
}
