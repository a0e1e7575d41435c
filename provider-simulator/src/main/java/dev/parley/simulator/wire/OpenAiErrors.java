package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.parley.simulator.script.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's errors. */
final class OpenAiErrors {

  private OpenAiErrors() {}

  static byte[] body(int status, String message, @Nullable String code) {
    return JsonText.object(json -> write(json, status, message, code));
  }

  static void write(JsonGenerator json, int status, String message, @Nullable String code)
      throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("message", message);
    json.writeStringField("type", type(status, code));
    json.writeNullField("param");
    json.writeStringField("code", code == null ? defaultCode(status) : code);
    json.writeEndObject();
  }

  private static String type(int status, @Nullable String code) {
    if (status == 429) {
      return "insufficient_quota".equals(code) ? "insufficient_quota" : "requests";
    }
    return status >= 500 ? "server_error" : "invalid_request_error";
  }

  private static @Nullable String defaultCode(int status) {
    return switch (status) {
      case 401 -> "invalid_api_key";
      case 404 -> "model_not_found";
      case 429 -> "rate_limit_exceeded";
      default -> null;
    };
  }

  static Map<String, String> headers(Failure failure) {
    Map<String, String> headers = new HashMap<>();
    Duration wait = failure.retryAfter();
    if (wait != null) {
      headers.put("retry-after", String.valueOf(RetryAfter.seconds(wait)));
      headers.put("retry-after-ms", String.valueOf(wait.toMillis()));
    }
    if (failure.status() == 429) {
      headers.put("x-ratelimit-limit-requests", "500");
      headers.put("x-ratelimit-remaining-requests", "0");
      headers.put("x-ratelimit-reset-requests", wait == null ? "1s" : wait.toMillis() + "ms");
    }
    return headers;
  }
}
