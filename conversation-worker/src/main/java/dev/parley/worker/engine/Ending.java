package dev.parley.worker.engine;

import java.time.Duration;

/** What becomes of a record after a turn. */
sealed interface Ending {

  /** Its offset is done. */
  record Finished(boolean deadLettered) implements Ending {}

  /** Another turn after a while, unless the partition has gone meanwhile. */
  record Again(Duration delay) implements Ending {}
}
