package dev.parley.runtime;

/** How a component is. */
public sealed interface Health {

  Health UP = new Up();

  static Health down(String cause) {
    return new Down(cause);
  }

  /** It can do its work. */
  record Up() implements Health {}

  /**
   * It cannot.
   *
   * @param cause for operators, without secrets
   */
  record Down(String cause) implements Health {}
}
