package dev.parley.ingest.http;

import dev.parley.schemas.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The API's error shape for what the server refuses before any route is asked. */
final class JsonErrorHandler extends ErrorHandler {

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback)
      throws IOException {
    String requestId = RequestIds.of(request.getHeaders().get(RequestIds.HEADER));
    response.getHeaders().put(RequestIds.HEADER, requestId);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    // The server closes the connection after this; a client that is not told may use it again.
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    // An HTTP that is not spoken here is the client's doing, in spite of its number.
    int toldAs = status == 505 ? 400 : status;
    response.write(true, ByteBuffer.wrap(body(code(toldAs), toldAs, requestId)), callback);
  }

  private static ErrorCode code(int status) {
    return switch (status) {
      case 404 -> ErrorCode.ROUTE_NOT_FOUND;
      case 413 -> ErrorCode.REQUEST_BODY_TOO_LARGE;
      case 503 -> ErrorCode.UNAVAILABLE;
      default -> status >= 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.INVALID_REQUEST;
    };
  }

  private static byte[] body(ErrorCode code, int status, String requestId) throws IOException {
    String message =
        status >= 500 ? "the service cannot answer right now" : "the request is not valid HTTP";
    return Json.mapper()
        .writeValueAsBytes(ErrorBody.of(code.wireName(), message, status, null, requestId));
  }
}
