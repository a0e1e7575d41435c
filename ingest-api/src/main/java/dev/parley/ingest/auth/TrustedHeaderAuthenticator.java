package dev.parley.ingest.auth;

import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;

/**
 * Believes {@code x-tenant-id}, and {@code x-tenant-role: admin}. Only for deployments where a
 * proxy sets both and lets neither through from outside.
 */
public final class TrustedHeaderAuthenticator implements Authenticator {

  @Override
  public Caller authenticate(RequestView request) throws UnauthorizedException {
    // Whole: of a header that stands twice, the proxy's may be the second.
    String tenant = request.headerList("x-tenant-id");
    if (!Identifiers.isValid(tenant)) {
      throw new UnauthorizedException("x-tenant-id is missing or not a tenant id");
    }
    Role role = "admin".equals(request.headerList("x-tenant-role")) ? Role.ADMIN : Role.TENANT;
    return new Caller(new TenantId(tenant), role, "trusted-header");
  }
}
