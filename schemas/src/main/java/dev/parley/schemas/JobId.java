package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The id of one accepted submission.
 *
 * <p>How it is made, and how it proves that it was accepted, is told in {@link JobIds}; everybody
 * else treats it as opaque text.
 */
public record JobId(@JsonValue String value) {

  /**
   * @throws IllegalArgumentException when the value does not follow {@link Identifiers}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public JobId {
    Identifiers.require(value, "job id");
  }

  // Written out, as keys of large maps: what records have by themselves takes several times as
  // long.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobId that && value.equals(that.value);
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
