package dev.parley.storage.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * One thing that a running call said.
 *
 * @param sequence grows within a job, across attempts too; see {@link #sequence(int, int)}
 * @param type the SSE event's name, for instance {@code response.text.delta}
 * @param data what the event carries beyond job, sequence and time
 */
public record LiveEvent(long sequence, String type, Instant timestamp, ObjectNode data) {

  private static final int EVENTS_PER_ATTEMPT_BITS = 24;

  /**
   * @param attempt from 1
   * @param number of the event within the attempt, from 1
   */
  public static long sequence(int attempt, int number) {
    return ((long) attempt << EVENTS_PER_ATTEMPT_BITS) + number;
  }

  /** Without the data, which may be what the model said. */
  @Override
  public String toString() {
    return "LiveEvent[" + sequence + ", " + type + "]";
  }
}
