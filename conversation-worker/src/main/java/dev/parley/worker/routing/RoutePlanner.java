package dev.parley.worker.routing;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.Router;
import dev.parley.worker.provider.Router.Route;
import dev.parley.worker.provider.Wildcard;
import dev.parley.worker.routing.RoutingConfig.Choice;
import dev.parley.worker.routing.RoutingConfig.Match;
import dev.parley.worker.routing.RoutingConfig.Rule;
import dev.parley.worker.routing.RoutingConfig.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plans the routes of a turn: by the first rule that fits, else as its message, session or the
 * deployment names the model. Immutable, and therefore thread-safe.
 */
public final class RoutePlanner {

  private final Router router;
  private final List<Rule> rules;
  private final Map<String, ChatProvider> hasty;

  /**
   * @param router for what no rule fits, and for the providers of models
   * @param hasty the providers for routes that another one follows: they give up soon
   */
  public RoutePlanner(Router router, List<Rule> rules, Map<String, ChatProvider> hasty) {
    this.router = router;
    this.rules = List.copyOf(rules);
    this.hasty = Map.copyOf(hasty);
  }

  /** Without rules. */
  public static RoutePlanner of(Router router) {
    return new RoutePlanner(router, List.of(), Map.of());
  }

  /**
   * @throws ProviderException with {@link dev.parley.worker.provider.Failure.InvalidRequest} when
   *     nothing serves this
   */
  public RoutePlan plan(RouteRequest request) throws ProviderException {
    if (!rules.isEmpty()) {
      String model = request.model() == null ? router.defaultModel() : request.model();
      String provider = request.provider();
      if (provider == null && model != null) {
        provider = router.providerNameOf(model);
      }
      for (Rule rule : rules) {
        if (fits(rule.match(), request, model, provider)) {
          return plan(rule, request);
        }
      }
    }
    return RoutePlan.of(router.route(request.model(), request.provider()));
  }

  private RoutePlan plan(Rule rule, RouteRequest request) throws ProviderException {
    Choice choice = Shares.choose(rule.choices(), rule.name(), request.session().recordKey());
    List<Route> routes = new ArrayList<>(1 + rule.fallbacks().size());
    boolean last = rule.fallbacks().isEmpty();
    String kind = rule.hasVariants() ? "variant" : "primary";
    routes.add(route(choice.target(), rule.name() + ":" + kind, last));
    for (int i = 0; i < rule.fallbacks().size(); i++) {
      Target target = rule.fallbacks().get(i);
      last = i == rule.fallbacks().size() - 1;
      routes.add(route(target, rule.name() + ":fallback:" + (i + 1), last));
    }
    return new RoutePlan(routes, rule.overflow());
  }

  private Route route(Target target, String role, boolean last) throws ProviderException {
    Route route = router.route(target.model(), target.provider());
    ChatProvider quick = hasty.get(route.provider().name());
    return new Route(
        last || quick == null ? route.provider() : quick,
        target.model(),
        "rule:" + role + ":" + target.label());
  }

  private static boolean fits(
      Match match, RouteRequest request, @Nullable String model, @Nullable String provider) {
    return any(match.tenants(), request.session().tenantId().value())
        && any(match.models(), model)
        && any(match.providers(), provider)
        && any(match.sessions(), request.session().sessionId().value())
        && (match.tools() == null || match.tools() == request.tools())
        && (match.modelRequested() == null || match.modelRequested() == (request.model() != null));
  }

  private static boolean any(List<Wildcard> patterns, @Nullable String text) {
    return patterns.isEmpty()
        || (text != null && patterns.stream().anyMatch(pattern -> pattern.fits(text)));
  }
}
