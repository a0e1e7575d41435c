package dev.parley.worker.engine;

/** The turn that performs a record, as its workload sees it. For the turn's own thread. */
public interface Turn {

  /** How often this record was performed before since it was last polled. */
  int tries();

  /**
   * Says that the turn does nothing here but wait for something elsewhere, until that is closed.
   * Meanwhile it does not count among those that keep this machine busy.
   */
  Absence leave();

  /** The time in which a turn is away; ends with the turn at the latest. */
  interface Absence extends AutoCloseable {
    @Override
    void close();
  }
}
