package dev.parley.ingest.auth;

/** How callers are told apart. */
public enum AuthMode {
  /** {@code Authorization: Bearer <key>}. */
  API_KEY,
  /** A proxy in front has authenticated the caller and sets {@code x-tenant-id}. */
  TRUSTED_HEADER,
  /** Everybody is the one tenant, and its administrator. */
  SINGLE_TENANT
}
