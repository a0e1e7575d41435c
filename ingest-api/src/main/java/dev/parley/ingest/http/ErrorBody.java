package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The one shape of error bodies. */
public final class ErrorBody {

  private ErrorBody() {}

  /** The whole body. */
  static ObjectNode of(
      String code, String message, int status, @Nullable String param, String requestId) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode error = body.putObject("error");
    error.put("code", code);
    error.put("message", message);
    error.put("name", ErrorCode.errorName(status));
    if (param != null) {
      error.put("param", param);
    }
    error.put("requestId", requestId);
    return body;
  }

  /** What stands under {@code error}, also for the lines of a bulk answer. */
  public static ObjectNode error(ApiException e, String requestId) {
    ObjectNode body = of(e.code().wireName(), e.detail(), e.code().status(), e.param(), requestId);
    return (ObjectNode) body.get("error");
  }
}
