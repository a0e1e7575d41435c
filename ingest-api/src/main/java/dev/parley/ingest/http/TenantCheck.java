package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.TenantId;

/** Refuses bodies that name another tenant than the caller's. */
public final class TenantCheck {

  private TenantCheck() {}

  public static void check(Fields body, TenantId own) {
    JsonNode named = body.find("tenantId");
    if (named != null && !own.value().equals(named.textValue())) {
      throw ApiException.at(
          ErrorCode.TENANT_MISMATCH,
          body.prefix() + "tenantId",
          "tenantId is not the caller's own");
    }
  }
}
