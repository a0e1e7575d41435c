package dev.parley.worker.provider.wire;

import dev.parley.worker.provider.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What statuses mean with every provider. */
final class Failures {

  private static final int MAX_REASON_LENGTH = 64;

  private Failures() {}

  /**
   * @param reason the provider's own code for it
   */
  static Failure ofStatus(int status, @Nullable String reason, @Nullable Duration retryAfter) {
    return switch (status) {
      case 401, 403 -> new Failure.Authentication();
      case 402 -> new Failure.QuotaExhausted();
      case 408, 409 -> new Failure.ServerError(status, retryAfter);
      case 429 -> new Failure.RateLimited(retryAfter);
      case 503, 529 -> new Failure.Overloaded(retryAfter);
      // Redirects lead elsewhere, where the key is not to be sent: this is no provider.
      case 300, 301, 302, 303, 304, 305, 306, 307, 308 -> new Failure.InvalidReply();
      default ->
          status >= 500
              ? new Failure.ServerError(status, retryAfter)
              : new Failure.InvalidRequest(safeReason(reason));
    };
  }

  /**
   * The reason, if it is an identifier: a sentence of the provider's may quote the conversation or
   * a part of the key.
   */
  static @Nullable String safeReason(@Nullable String reason) {
    if (reason == null || reason.isEmpty() || reason.length() > MAX_REASON_LENGTH) {
      return null;
    }
    for (int i = 0; i < reason.length(); i++) {
      char c = reason.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '.'
              || c == '-';
      if (!plain) {
        return null;
      }
    }
    return reason;
  }
}
