package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Reads session ids where they stand in requests, and makes new ones. */
public final class SessionIds {

  private SessionIds() {}

  /** The caller's session that the path names. */
  public static SessionKey ofPath(Exchange exchange) {
    return new SessionKey(exchange.tenant(), parse("sessionId", exchange.pathParam("id")));
  }

  /** The id in a body, null when there is none. */
  public static @Nullable SessionId find(Fields fields, String name) {
    JsonNode value = fields.find(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw invalid(fields.prefix() + name);
    }
    return parse(fields.prefix() + name, value.textValue());
  }

  public static SessionId parse(String param, String value) {
    if (!Identifiers.isValid(value)) {
      throw invalid(param);
    }
    return new SessionId(value);
  }

  static SessionId create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return new SessionId(
        "ses_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()));
  }

  public static ApiException notFound() {
    return ApiException.of(ErrorCode.SESSION_NOT_FOUND, "there is no such session");
  }

  private static ApiException invalid(String param) {
    return ApiException.at(
        ErrorCode.INVALID_SESSION_ID,
        param,
        param + " must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  }
}
