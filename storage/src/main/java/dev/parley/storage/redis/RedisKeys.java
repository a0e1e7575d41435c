package dev.parley.storage.redis;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import java.util.List;

/** Names of keys. Tenant and session ids hold neither colons nor slashes. */
final class RedisKeys {

  private static final String PREFIX = "parley:";

  private RedisKeys() {}

  static String session(SessionKey key) {
    return PREFIX + "session:" + key.recordKey();
  }

  static String messages(SessionKey key) {
    return PREFIX + "messages:" + key.recordKey();
  }

  /** When a session was deleted. */
  static String deletion(SessionKey key) {
    return PREFIX + "deleted:" + key.recordKey();
  }

  static String listing(TenantId tenant) {
    return PREFIX + "sessions:" + tenant.value();
  }

  static String receipt(JobId job) {
    return PREFIX + "receipt:" + job.value();
  }

  static List<String> ofSession(SessionKey key) {
    return List.of(session(key), messages(key));
  }

  static List<String> withListing(SessionKey key) {
    return List.of(session(key), messages(key), listing(key.tenantId()));
  }
}
