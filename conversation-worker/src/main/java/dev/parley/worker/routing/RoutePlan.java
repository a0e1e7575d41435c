package dev.parley.worker.routing;

import dev.parley.worker.provider.Router.Route;
import java.util.List;

/**
 * Where a turn goes, and where it goes next when that fails.
 *
 * @param routes in their order, each with its own decision; never empty
 * @param overflow whether a call that one of our own rate limits holds up goes to the next route
 *     instead of waiting
 */
public record RoutePlan(List<Route> routes, boolean overflow) {

  public RoutePlan {
    routes = List.copyOf(routes);
    if (routes.isEmpty()) {
      throw new IllegalArgumentException("a plan needs a route");
    }
  }

  /** A plan without an alternative. */
  public static RoutePlan of(Route route) {
    return new RoutePlan(List.of(route), false);
  }

  /** The way that was taken up to a route, as usage records tell it. */
  public String decision(int upTo) {
    StringBuilder decision = new StringBuilder(routes.getFirst().decision());
    for (int i = 1; i <= upTo; i++) {
      decision.append(" -> ").append(routes.get(i).decision());
    }
    return decision.toString();
  }
}
