package dev.parley.ingest.http;

/** Who may make a call. */
public enum Access {
  /** Anybody, without credentials. */
  OPEN,
  /** Everybody who is known. */
  TENANT,
  /** As {@link #TENANT}, and an administrator may ask about another tenant. */
  TENANT_OR_ADMIN_FOR_OTHERS,
  /** Administrators. */
  ADMIN
}
