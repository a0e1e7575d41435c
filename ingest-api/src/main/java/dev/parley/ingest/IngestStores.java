package dev.parley.ingest;

import dev.parley.runtime.Component;
import dev.parley.runtime.Env;
import dev.parley.runtime.Health;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stores as a component, for a process of the API's own. Each call sees the rows of the tenant
 * that it is for, and no others.
 */
final class IngestStores implements Component {

  private static final int POOL_SIZE = 10;

  private final Stores stores;

  private IngestStores(Stores stores) {
    this.stores = stores;
  }

  /** Null when the variables are not usable, which is then noted in {@code env}. */
  static @Nullable IngestStores from(Map<String, String> variables, Env env, Clock clock) {
    try {
      return new IngestStores(
          new Stores(StoreConfig.fromEnv(variables, Scope.TENANT, POOL_SIZE), null, clock));
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
      return null;
    }
  }

  IngestPorts ports() {
    return new IngestPorts(
        stores.sessions(),
        stores.jobs(),
        stores.idempotencyKeys(),
        stores.usage(),
        stores.apiKeys(),
        stores.secrets(),
        stores.live());
  }

  @Override
  public String name() {
    return "stores";
  }

  @Override
  public void start() {
    stores.start();
  }

  @Override
  public Health check() {
    try {
      stores.check();
      return Health.UP;
    } catch (StoreUnavailableException e) {
      return Health.down(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    stores.close();
  }
}
