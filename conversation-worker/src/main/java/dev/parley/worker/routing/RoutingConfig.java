package dev.parley.worker.routing;

import dev.parley.worker.provider.Wildcard;
import dev.parley.worker.resilience.BreakerConfig;
import dev.parley.worker.resilience.RateLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a routing file says.
 *
 * @param rules the first that fits decides
 * @param limits of all calls with the deployment's own keys; all that fit a call hold for it
 * @param workers among how many workers limits are divided while they cannot be shared, as long as
 *     their number is not known
 */
public record RoutingConfig(
    List<Rule> rules, List<RateLimit> limits, BreakerConfig breaker, int workers) {

  /** Without a file. */
  public static final RoutingConfig NONE =
      new RoutingConfig(List.of(), List.of(), BreakerConfig.DEFAULT, 1);

  public RoutingConfig {
    rules = List.copyOf(rules);
    limits = List.copyOf(limits);
  }

  /**
   * A rule.
   *
   * @param choices one of them is taken first, by its weight; more than one makes them variants
   * @param fallbacks where the turn goes next, in this order
   * @param overflow see {@link RoutePlan#overflow()}
   */
  public record Rule(
      String name, Match match, List<Choice> choices, List<Target> fallbacks, boolean overflow) {
    public Rule {
      choices = List.copyOf(choices);
      fallbacks = List.copyOf(fallbacks);
    }

    boolean hasVariants() {
      return choices.size() > 1;
    }
  }

  /** A target with its share. */
  public record Choice(Target target, int weight) {}

  /**
   * A model of a provider.
   *
   * @param provider null: the one whose models are named like this
   * @param label what decisions call it
   */
  public record Target(@Nullable String provider, String model, String label) {}

  /**
   * What a turn must be like; an empty list, or null, fits everything.
   *
   * @param models compared with what is asked for, else with the default model
   * @param providers compared with what is asked for, else with the one that serves the model
   * @param modelRequested whether the message or its session names a model
   */
  public record Match(
      List<Wildcard> tenants,
      List<Wildcard> models,
      List<Wildcard> providers,
      List<Wildcard> sessions,
      @Nullable Boolean tools,
      @Nullable Boolean modelRequested) {
    public Match {
      tenants = List.copyOf(tenants);
      models = List.copyOf(models);
      providers = List.copyOf(providers);
      sessions = List.copyOf(sessions);
    }
  }
}
