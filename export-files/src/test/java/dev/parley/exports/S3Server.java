package dev.parley.exports;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * As much of S3's protocol as exports need, in memory: objects with metadata, conditional writes,
 * listing in pages of two; every request's signature is verified.
 */
final class S3Server implements AutoCloseable {

  private static final int PAGE = 2;

  private record Stored(ByteBuffer content, String tag, Map<String, String> metadata) {}

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final String root;
  private final Signature signature;
  private final TreeMap<String, Stored> objects = new TreeMap<>();
  private final AtomicReference<Runnable> beforePut = new AtomicReference<>();

  S3Server(String bucket, String keyId, String secret) throws IOException {
    root = "/" + bucket;
    signature = new Signature(keyId, secret);
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  synchronized List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  /** Something that comes between a client's look and its write. */
  void beforeNextPut(Runnable work) {
    beforePut.set(work);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (!signature.isValid(exchange, body)) {
        answer(exchange, 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>".getBytes(UTF_8));
        return;
      }
      if (exchange.getRequestMethod().equals("PUT")) {
        Runnable first = beforePut.getAndSet(null);
        if (first != null) {
          first.run();
        }
      }
      serve(exchange, body);
    }
  }

  private synchronized void serve(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals(root) || path.equals(root + "/")) {
      answer(exchange, 200, list(Signature.query(exchange)).getBytes(UTF_8));
      return;
    }
    String key = path.substring(root.length() + 1);
    Stored there = objects.get(key);
    switch (exchange.getRequestMethod()) {
      case "PUT" -> put(exchange, key, there, body);
      case "HEAD", "GET" -> {
        if (there == null) {
          answer(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(UTF_8));
          return;
        }
        exchange.getResponseHeaders().set("ETag", there.tag());
        there.metadata().forEach(exchange.getResponseHeaders()::set);
        answer(exchange, 200, there.content().array());
      }
      default -> answer(exchange, 405, new byte[0]);
    }
  }

  private void put(HttpExchange exchange, String key, Stored there, byte[] body)
      throws IOException {
    String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
    String ifNoneMatch = exchange.getRequestHeaders().getFirst("If-None-Match");
    boolean conflicts =
        ("*".equals(ifNoneMatch) && there != null)
            || (ifMatch != null && (there == null || !there.tag().equals(ifMatch)));
    if (conflicts || (ifMatch == null && ifNoneMatch == null)) {
      answer(exchange, conflicts ? 412 : 400, new byte[0]);
      return;
    }
    Map<String, String> metadata = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> {
          if (name.toLowerCase(java.util.Locale.ROOT).startsWith("x-amz-meta-")) {
            metadata.put(name, values.getFirst());
          }
        });
    String tag = "\"" + Signature.sha256(body).substring(0, 32) + "\"";
    objects.put(key, new Stored(ByteBuffer.wrap(body), tag, metadata));
    exchange.getResponseHeaders().set("ETag", tag);
    answer(exchange, 200, new byte[0]);
  }

  private String list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    String after = query.getOrDefault("continuation-token", "");
    List<String> found =
        objects.keySet().stream()
            .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
            .toList();
    StringBuilder xml = new StringBuilder("<ListBucketResult>");
    List<String> page = found.subList(0, Math.min(PAGE, found.size()));
    page.forEach(key -> xml.append("<Contents><Key>").append(key).append("</Key></Contents>"));
    xml.append("<IsTruncated>").append(found.size() > PAGE).append("</IsTruncated>");
    if (found.size() > PAGE) {
      xml.append("<NextContinuationToken>")
          .append(page.getLast())
          .append("</NextContinuationToken>");
    }
    return xml.append("</ListBucketResult>").toString();
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }
}
