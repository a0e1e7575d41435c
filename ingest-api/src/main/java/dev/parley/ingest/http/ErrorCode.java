package dev.parley.ingest.http;

import java.util.Locale;

/** Every error code of the API, with its HTTP status. */
public enum ErrorCode {
  INVALID_JSON(400),
  INVALID_REQUEST(400),
  INVALID_SESSION_ID(400),
  INVALID_CURSOR(400),
  INVALID_LIMIT(400),
  INVALID_DIRECTION(400),
  INVALID_INCLUDE(400),
  INVALID_SESSION_FILTER(400),
  INVALID_METADATA(400),
  INVALID_FORK_INDEX(400),
  INVALID_COMPACT_LIMIT(400),
  UNAUTHORIZED(401),
  TENANT_MISMATCH(403),
  FORBIDDEN(403),
  ROUTE_NOT_FOUND(404),
  SESSION_NOT_FOUND(404),
  JOB_NOT_FOUND(404),
  EXPORT_NOT_FOUND(404),
  KEY_NOT_FOUND(404),
  DEAD_LETTER_NOT_FOUND(404),
  METHOD_NOT_ALLOWED(405),
  SESSION_ALREADY_EXISTS(409),
  SESSION_STORE_CONFLICT(409),
  PROVIDER_KEYS_NOT_CONFIGURED(409),
  DEAD_LETTER_NOT_REDRIVABLE(409),
  REQUEST_BODY_TOO_LARGE(413),
  UNSUPPORTED_MEDIA_TYPE(415),
  IDEMPOTENCY_KEY_REUSED(422),
  RATE_LIMITED(429),
  QUEUE_FULL(429),
  INTERNAL_ERROR(500),
  UNAVAILABLE(503);

  private final int status;
  private final String wireName = name().toLowerCase(Locale.ROOT);

  ErrorCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }

  public String wireName() {
    return wireName;
  }

  /** The {@code name} of the error body: one per status. */
  String errorName() {
    return errorName(status);
  }

  static String errorName(int status) {
    return switch (status) {
      case 401 -> "AuthenticationError";
      case 403 -> "ForbiddenError";
      case 404 -> "NotFoundError";
      case 405 -> "MethodNotAllowedError";
      case 409 -> "ConflictError";
      case 413 -> "PayloadTooLargeError";
      case 415 -> "UnsupportedMediaTypeError";
      case 422 -> "UnprocessableError";
      case 429 -> "RateLimitError";
      case 503 -> "UnavailableError";
      default -> status >= 500 ? "InternalError" : "ValidationError";
    };
  }
}
