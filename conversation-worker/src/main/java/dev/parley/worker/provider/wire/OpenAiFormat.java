package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What OpenAI's two formats have in common: headers and errors. */
abstract class OpenAiFormat extends JsonFormat {

  OpenAiFormat(String provider, Endpoint endpoint, Clock clock) {
    super(provider, endpoint, clock);
  }

  @Override
  final void headers(ProviderCall call, Endpoint endpoint, Map<String, String> headers) {
    ApiKey key = endpoint.keyFor(call);
    if (key != null) {
      headers.put("authorization", "Bearer " + key.secret());
    }
    if (call.requestKey() != null) {
      // By this name OpenAI's support finds a call whose answer never came.
      headers.put("x-client-request-id", call.requestKey());
    }
  }

  @Override
  public final String requestIdHeader() {
    return "x-request-id";
  }

  @Override
  final Failure failure(int status, JsonNode error, @Nullable Duration retryAfter) {
    return OpenAiErrors.of(status, error, retryAfter);
  }
}
