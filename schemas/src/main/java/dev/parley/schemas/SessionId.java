package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A conversation's id, unique within its tenant. Follows {@link Identifiers}. */
public record SessionId(@JsonValue String value) {

  /**
   * @throws IllegalArgumentException when the value does not follow {@link Identifiers}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public SessionId {
    Identifiers.require(value, "session id");
  }

  @Override
  public String toString() {
    return value;
  }
}
