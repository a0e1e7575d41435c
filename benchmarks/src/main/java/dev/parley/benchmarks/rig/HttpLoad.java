package dev.parley.benchmarks.rig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Posts over many kept connections, one request at a time on each, with one thread: it takes as
 * little of the machine as can be, since that is what the server is measured on.
 *
 * <p>For one thread.
 */
public final class HttpLoad implements AutoCloseable {

  private static final int MAX_ANSWER = 16 * 1024;

  private final Selector selector;
  private final List<Wire> wires = new ArrayList<>();
  private final IntFunction<byte[]> requests;
  private final int status;
  private int sent;
  private long answered;

  /**
   * @param requests makes the request with the number, head and all
   * @param status that every answer must have
   */
  public HttpLoad(int port, int connections, int status, IntFunction<byte[]> requests)
      throws IOException {
    this.requests = requests;
    this.status = status;
    this.selector = Selector.open();
    for (int i = 0; i < connections; i++) {
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.socket().setTcpNoDelay(true);
      channel.configureBlocking(false);
      Wire wire = new Wire(channel);
      channel.register(selector, SelectionKey.OP_READ, wire);
      wires.add(wire);
    }
  }

  /** A POST of JSON. */
  public static byte[] post(String path, String body, String... headers) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("content-type: application/json\r\ncontent-length: ").append(bytes.length);
    head.append("\r\n\r\n").append(body);
    return head.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Sends for so long.
   *
   * @return answers a second
   * @throws IOException also when an answer had another status
   */
  public double run(Duration time) throws IOException {
    long before = answered;
    long began = System.nanoTime();
    long end = began + time.toNanos();
    for (Wire wire : wires) {
      if (!wire.busy) {
        wire.send(requests.apply(sent++));
      }
    }
    while (System.nanoTime() < end) {
      select(true);
    }
    double rate = (answered - before) / ((System.nanoTime() - began) / 1e9);
    while (wires.stream().anyMatch(wire -> wire.busy)) {
      select(false);
    }
    return rate;
  }

  private void select(boolean goOn) throws IOException {
    selector.select(100);
    for (SelectionKey key : selector.selectedKeys()) {
      Wire wire = (Wire) key.attachment();
      if (wire.receive()) {
        answered++;
        if (goOn) {
          wire.send(requests.apply(sent++));
        }
      }
    }
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    for (Wire wire : wires) {
      wire.channel.close();
    }
    selector.close();
  }

  private final class Wire {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(MAX_ANSWER);
    private boolean busy;

    private Wire(SocketChannel channel) {
      this.channel = channel;
    }

    private void send(byte[] request) throws IOException {
      busy = true;
      ByteBuffer out = ByteBuffer.wrap(request);
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    /** Whether the answer is whole. */
    private boolean receive() throws IOException {
      if (channel.read(in) < 0) {
        throw new IOException("the server closed a connection");
      }
      int head = endOfHead();
      if (head < 0) {
        return false;
      }
      String text = new String(in.array(), 0, head, StandardCharsets.ISO_8859_1);
      int length = text.toLowerCase(java.util.Locale.ROOT).indexOf("\r\ncontent-length:");
      if (length < 0) {
        throw new IOException("an answer without a length: " + text);
      }
      int from = length + "\r\ncontent-length:".length();
      int size = Integer.parseInt(text.substring(from, text.indexOf('\r', from)).strip());
      if (in.position() < head + size) {
        return false;
      }
      if (!text.startsWith("HTTP/1.1 " + status)) {
        throw new IOException("an answer was " + text.substring(0, text.indexOf('\r')));
      }
      in.clear();
      busy = false;
      return true;
    }

    private int endOfHead() {
      byte[] bytes = in.array();
      for (int i = 3; i < in.position(); i++) {
        if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
          return i + 1;
        }
      }
      return -1;
    }
  }
}
