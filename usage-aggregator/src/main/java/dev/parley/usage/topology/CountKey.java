package dev.parley.usage.topology;

import dev.parley.schemas.TenantId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whose hour records are counted in, as text {@code acme/2026-01-31T23Z}.
 *
 * @param tenantId null where a record does not tell
 */
record CountKey(@Nullable TenantId tenantId, Instant hour) {

  static CountKey of(@Nullable TenantId tenant, Instant time) {
    return new CountKey(tenant, time.truncatedTo(ChronoUnit.HOURS));
  }

  String text() {
    return (tenantId == null ? "" : tenantId.value()) + "/" + CellKey.hour(hour);
  }

  static CountKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("not the key of counts");
    }
    return new CountKey(
        slash == 0 ? null : new TenantId(text.substring(0, slash)),
        CellKey.parseHour(text.substring(slash + 1)));
  }
}
