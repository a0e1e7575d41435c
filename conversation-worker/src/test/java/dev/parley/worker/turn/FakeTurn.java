package dev.parley.worker.turn;

import dev.parley.worker.engine.Turn;

/** A turn of no engine; counts how often it left, and how often it is away. */
final class FakeTurn implements Turn {

  private final int tries;
  int left;
  int away;

  FakeTurn(int tries) {
    this.tries = tries;
  }

  @Override
  public int tries() {
    return tries;
  }

  @Override
  public Absence leave() {
    left++;
    away++;
    return () -> away--;
  }
}
