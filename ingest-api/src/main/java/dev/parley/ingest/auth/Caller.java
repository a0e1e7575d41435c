package dev.parley.ingest.auth;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;

/**
 * Who is calling.
 *
 * @param keyId names the credentials in logs; never a secret
 */
public record Caller(TenantId tenantId, Role role, String keyId) {

  public boolean isAdmin() {
    return role == Role.ADMIN;
  }
}
