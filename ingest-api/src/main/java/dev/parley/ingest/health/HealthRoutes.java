package dev.parley.ingest.health;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.RouteTable;
import dev.parley.runtime.Health;
import dev.parley.runtime.HealthServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.function.Supplier;

/** For those that watch the service: liveness, readiness with its causes, metrics. */
public final class HealthRoutes implements RouteTable.Group {

  private final Supplier<Map<String, Health>> health;
  private final PrometheusMeterRegistry metrics;

  public HealthRoutes(Supplier<Map<String, Health>> health, PrometheusMeterRegistry metrics) {
    this.health = health;
    this.metrics = metrics;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get(
            "/health/live",
            Access.OPEN,
            exchange -> exchange.text(200, "application/json", "{\"status\":\"up\"}"))
        .get(
            "/health/ready",
            Access.OPEN,
            exchange -> {
              Map<String, Health> components = health.get();
              boolean up = components.values().stream().allMatch(Health.Up.class::isInstance);
              exchange.text(up ? 200 : 503, "application/json", HealthServer.render(components));
            })
        .get(
            "/metrics",
            Access.OPEN,
            exchange ->
                exchange.text(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
  }
}
