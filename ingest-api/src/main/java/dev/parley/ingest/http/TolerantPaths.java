package dev.parley.ingest.http;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Lets paths through whose percent-encoding is broken, or hides a NUL, so that they come to their
 * route as ids that are not valid, and are told so. The server by itself refuses them before
 * anybody can know which call was meant.
 */
final class TolerantPaths extends HttpConnectionFactory {

  TolerantPaths(HttpConfiguration configuration) {
    super(configuration);
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    TolerantConnection connection =
        new TolerantConnection(getHttpConfiguration(), connector, endPoint);
    connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
    return configure(connection, connector, endPoint);
  }

  /** The target with every percent sign of its path that encodes nothing as a character itself. */
  static String tolerate(String target) {
    if (target.indexOf('%') < 0) {
      return target;
    }
    StringBuilder tolerated = new StringBuilder(target.length() + 8);
    boolean path = true;
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      path &= c != '?' && c != '#';
      tolerated.append(c);
      if (path && c == '%' && !isEncoded(target, i)) {
        tolerated.append("25");
      }
    }
    return tolerated.toString();
  }

  private static boolean isEncoded(String target, int at) {
    if (at + 2 >= target.length()) {
      return false;
    }
    char high = target.charAt(at + 1);
    char low = target.charAt(at + 2);
    return isHex(high) && isHex(low) && !(high == '0' && low == '0');
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static final class TolerantConnection extends HttpConnection {
    private TolerantConnection(
        HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
      super(configuration, connector, endPoint);
    }

    @Override
    protected RequestHandler newRequestHandler() {
      return new RequestHandler() {
        @Override
        public void startRequest(String method, String target, HttpVersion version) {
          super.startRequest(method, tolerate(target), version);
        }
      };
    }
  }
}
