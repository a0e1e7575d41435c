package dev.parley.usage;

import static java.util.Objects.requireNonNull;

import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** The stores of the aggregator, of which it needs the usage only. */
final class AggregatorStores {

  /** One writes totals, one reads for exports, one answers for the health of both. */
  private static final int POOL_SIZE = 4;

  private AggregatorStores() {}

  /**
   * Ends the reading of {@code env}.
   *
   * @throws ConfigException naming all that is wrong with the environment
   */
  static Stores open(Env env, Map<String, String> environment, Clock clock) {
    // Wherever sessions are kept: usage is in PostgreSQL, and the aggregator has no live events.
    Map<String, String> usageOnly = new HashMap<>(environment);
    usageOnly.remove("SESSION_STORE");
    usageOnly.remove("REDIS_URL");
    StoreConfig config = null;
    try {
      config = StoreConfig.fromEnv(usageOnly, Scope.SERVICE, POOL_SIZE);
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
    }
    env.done();
    return new Stores(requireNonNull(config, "a fault was noted"), null, clock);
  }
}
