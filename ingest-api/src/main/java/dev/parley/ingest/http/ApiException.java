package dev.parley.ingest.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request is refused, in words that its sender may read. Has no stack trace: it is an answer, not
 * a fault of ours.
 */
public final class ApiException extends RuntimeException {

  private final ErrorCode code;
  private final String detail;
  private final @Nullable String param;
  private final @Nullable Duration retryAfter;

  private ApiException(
      ErrorCode code, String detail, @Nullable String param, @Nullable Duration retryAfter) {
    super(detail, null, false, false);
    this.code = code;
    this.detail = detail;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  public static ApiException of(ErrorCode code, String message) {
    return new ApiException(code, message, null, null);
  }

  /**
   * @param param the field or parameter at fault
   */
  public static ApiException at(ErrorCode code, String param, String message) {
    return new ApiException(code, message, param, null);
  }

  /** Refused for now. */
  public static ApiException retryLater(ErrorCode code, String message, Duration retryAfter) {
    return new ApiException(code, message, null, retryAfter);
  }

  public ErrorCode code() {
    return code;
  }

  String detail() {
    return detail;
  }

  @Nullable String param() {
    return param;
  }

  @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
