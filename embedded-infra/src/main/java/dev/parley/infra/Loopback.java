package dev.parley.infra;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** 127.0.0.1, where everything embedded listens; the name localhost may mean ::1 as well. */
final class Loopback {

  static final String HOST = "127.0.0.1";

  private static final int TIMEOUT_MILLIS = 2_000;

  private Loopback() {}

  static InetSocketAddress address(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getAllByName(HOST)[0], port);
  }

  /** A connection on which no read blocks for more than seconds. */
  static Socket connect(String host, int port) throws IOException {
    var socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.getAllByName(host)[0], port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
