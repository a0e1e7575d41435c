package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

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

  // Written out, as keys of large maps: what records have by themselves takes several times as
  // long.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TenantId that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
