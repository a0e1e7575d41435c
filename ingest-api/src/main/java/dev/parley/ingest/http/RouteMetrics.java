package dev.parley.ingest.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** How long a route's requests take, by status. Thread-safe. */
final class RouteMetrics {

  private final MeterRegistry registry;
  private final RouteTable.Route route;
  private final Map<Integer, Timer> timers = new ConcurrentHashMap<>();

  RouteMetrics(MeterRegistry registry, RouteTable.Route route) {
    this.registry = registry;
    this.route = route;
  }

  void record(int status, long nanos) {
    timers.computeIfAbsent(status, this::timer).record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(int status) {
    return Timer.builder("parley.http.requests")
        .description("Requests by route and status")
        .tag("method", route.method())
        .tag("route", route.path())
        .tag("status", Integer.toString(status))
        .register(registry);
  }
}
