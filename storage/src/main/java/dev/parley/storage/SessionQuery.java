package dev.parley.storage;

import dev.parley.schemas.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions of a tenant to list: newest update first when forward.
 *
 * @param limit 1 to 100
 */
public record SessionQuery(
    TenantId tenantId,
    @Nullable String model,
    @Nullable String provider,
    @Nullable String cursor,
    int limit,
    Direction direction) {

  /** Which way to go from the cursor. Items stand newest first either way. */
  public enum Direction {
    FORWARD,
    BACKWARD
  }
}
