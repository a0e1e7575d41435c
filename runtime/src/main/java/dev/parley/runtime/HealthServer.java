package dev.parley.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.schemas.Json;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /health/live}, {@code /health/ready} and {@code /metrics} for services that have no HTTP
 * interface of their own.
 */
public final class HealthServer implements Component {

  private final String host;
  private final int port;
  private final Supplier<Map<String, Health>> health;
  private final PrometheusMeterRegistry metrics;
  private @Nullable HttpServer server;

  /**
   * @param port 0 takes a free one
   */
  public HealthServer(
      String host,
      int port,
      Supplier<Map<String, Health>> health,
      PrometheusMeterRegistry metrics) {
    this.host = host;
    this.port = port;
    this.health = health;
    this.metrics = metrics;
  }

  @Override
  public String name() {
    return "health-server";
  }

  @Override
  public synchronized void start() {
    try {
      HttpServer started = HttpServer.create(new InetSocketAddress(host, port), 0);
      started.createContext(
          "/health/live",
          exchange -> answer(exchange, 200, "application/json", "{\"status\":\"up\"}"));
      started.createContext("/health/ready", this::ready);
      started.createContext(
          "/metrics",
          exchange -> answer(exchange, 200, "text/plain; version=0.0.4", metrics.scrape()));
      started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      started.start();
      server = started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + host + ":" + port, e);
    }
  }

  /** The port that it listens on. */
  public synchronized int port() {
    return server == null ? port : server.getAddress().getPort();
  }

  @Override
  public Health check() {
    return Health.UP;
  }

  @Override
  public synchronized void close() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  private void ready(HttpExchange exchange) throws IOException {
    Map<String, Health> components = health.get();
    boolean up = components.values().stream().allMatch(Health.Up.class::isInstance);
    answer(exchange, up ? 200 : 503, "application/json", render(components));
  }

  /** The body of {@code /health/ready}: the state as a whole, and the cause for what is down. */
  public static String render(Map<String, Health> components) {
    Map<String, Object> parts = new TreeMap<>();
    boolean up = true;
    for (Map.Entry<String, Health> entry : components.entrySet()) {
      switch (entry.getValue()) {
        case Health.Up ignored -> parts.put(entry.getKey(), Map.of("status", "up"));
        case Health.Down down -> {
          up = false;
          parts.put(entry.getKey(), Map.of("status", "down", "cause", down.cause()));
        }
      }
    }
    try {
      return Json.mapper()
          .writeValueAsString(
              new TreeMap<>(Map.of("status", up ? "up" : "down", "components", parts)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("maps of text can be written", e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
