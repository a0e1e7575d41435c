package dev.parley.schemas;

import org.jspecify.annotations.Nullable;

/** A session with its tenant: what order is kept by, and the key of submissions and outcomes. */
public record SessionKey(TenantId tenantId, SessionId sessionId) {

  /** The Kafka record key, {@code tenant/session}; neither part can hold a slash. */
  public String recordKey() {
    return tenantId.value() + '/' + sessionId.value();
  }

  /**
   * Reads a record key back.
   *
   * @throws IllegalArgumentException when it is not {@code tenant/session}
   */
  public static SessionKey parse(String recordKey) {
    int slash = recordKey.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("record key is not tenant/session");
    }
    return new SessionKey(
        new TenantId(recordKey.substring(0, slash)), new SessionId(recordKey.substring(slash + 1)));
  }

  // Written out, as keys of large maps: what records have by themselves takes several times as
  // long.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SessionKey that
        && sessionId.equals(that.sessionId)
        && tenantId.equals(that.tenantId);
  }

  @Override
  public int hashCode() {
    return 31 * tenantId.hashCode() + sessionId.hashCode();
  }

  @Override
  public String toString() {
    return recordKey();
  }
}
