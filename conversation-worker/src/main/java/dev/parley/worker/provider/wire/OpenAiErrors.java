package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** OpenAI's error object, which both of its formats and the compatible servers use. */
final class OpenAiErrors {

  private OpenAiErrors() {}

  /**
   * @param status 0 for an error inside a stream, where only the object tells what it is
   * @param error the object under {@code error}
   */
  static Failure of(int status, JsonNode error, @Nullable Duration retryAfter) {
    String code = error.path("code").asText("");
    String type = error.path("type").asText("");
    if (is("insufficient_quota", code, type) || is("billing_hard_limit_reached", code, type)) {
      return new Failure.QuotaExhausted();
    }
    if (is("content_filter", code, type)
        || is("content_policy_violation", code, type)
        || is("invalid_prompt", code, type)) {
      return new Failure.ContentFiltered();
    }
    String reason = code.isEmpty() || code.equals("null") ? type : code;
    return Failures.ofStatus(status == 0 ? statusOf(code, type) : status, reason, retryAfter);
  }

  private static boolean is(String name, String code, String type) {
    return name.equals(code) || name.equals(type);
  }

  private static int statusOf(String code, String type) {
    String name = code.isEmpty() || code.equals("null") ? type : code;
    return switch (name) {
      case "rate_limit_exceeded", "rate_limit_error", "tokens", "requests", "429" -> 429;
      case "overloaded", "overloaded_error", "slow_down", "503", "529" -> 503;
      case "invalid_api_key", "authentication_error", "401" -> 401;
      case "invalid_request_error",
          "context_length_exceeded",
          "invalid_image",
          "BadRequestError",
          "400" ->
          400;
      default -> type.equals("invalid_request_error") ? 400 : 500;
    };
  }
}
