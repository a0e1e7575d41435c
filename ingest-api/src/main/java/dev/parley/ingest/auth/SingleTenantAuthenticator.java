package dev.parley.ingest.auth;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;

/** Takes everybody for the one tenant there is. */
public final class SingleTenantAuthenticator implements Authenticator {

  private final Caller caller;

  public SingleTenantAuthenticator(TenantId tenantId) {
    this.caller = new Caller(tenantId, Role.ADMIN, "single-tenant");
  }

  @Override
  public Caller authenticate(RequestView request) {
    return caller;
  }
}
