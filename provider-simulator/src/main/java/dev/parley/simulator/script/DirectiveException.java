package dev.parley.simulator.script;

/** A directive that cannot be read; its message is meant for the one who wrote it. */
public final class DirectiveException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DirectiveException(String message) {
    super(message);
  }
}
