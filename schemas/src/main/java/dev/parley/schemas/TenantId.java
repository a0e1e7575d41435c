package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A customer of the deployment; every session, job and usage row belongs to exactly one. Follows
 * {@link Identifiers}.
 */
public record TenantId(@JsonValue String value) {

  /**
   * @throws IllegalArgumentException when the value does not follow {@link Identifiers}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TenantId {
    Identifiers.require(value, "tenant id");
  }

  @Override
  public String toString() {
    return value;
  }
}
