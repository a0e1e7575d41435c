package dev.parley.simulator;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One request with its response, and what can be done to the connection under it. */
record Exchange(Request request, Response response, Callback callback) {

  private static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
  private static final HttpField EVENTS =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
  private static final HttpField NO_CACHE =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-cache");

  /** Answers whole; {@code written} hears of it, and must complete the callback. */
  void answer(int status, Map<String, String> headers, byte[] json, Callback written) {
    response.setStatus(status);
    response.getHeaders().put(JSON);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, json.length);
    headers.forEach((name, value) -> response.getHeaders().put(name, value));
    response.write(true, ByteBuffer.wrap(json), written);
  }

  /** Answers whole, with nothing more to do. */
  void answer(int status, byte[] json) {
    answer(status, Map.of(), json, callback);
  }

  void beginEvents() {
    response.setStatus(200);
    response.getHeaders().put(EVENTS);
    response.getHeaders().put(NO_CACHE);
  }

  /** Breaks the call off so that the client sees a reset, not an end. */
  void reset() {
    boolean one = request.getConnectionMetaData().getHttpVersion().getVersion() < 20;
    if (one) {
      EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
      if (endPoint.getTransport() instanceof SocketChannel channel) {
        try {
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
          // it is closed already, which is as good
        }
      }
      endPoint.close();
    }
    EofException reason = new EofException("the simulator broke this call off");
    if (response.isCommitted() || one) {
      callback.failed(reason);
    } else {
      // A stream can be reset only after its head; without one, Jetty would answer with an error.
      Runnable fail = () -> callback.failed(reason);
      response.write(false, ByteBuffer.allocate(0), Callback.from(fail, cause -> fail.run()));
    }
  }
}
