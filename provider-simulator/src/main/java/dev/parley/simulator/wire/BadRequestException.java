package dev.parley.simulator.wire;

import org.jspecify.annotations.Nullable;

/** A request that is not of the format; its message is meant for the client. */
public final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final @Nullable String code;

  /** With what is wrong. */
  public BadRequestException(String message) {
    this(message, null);
  }

  /** With the provider's own code for it. */
  public BadRequestException(String message, @Nullable String code) {
    super(message);
    this.code = code;
  }

  /** Null for the one that the format uses. */
  public @Nullable String code() {
    return code;
  }
}
