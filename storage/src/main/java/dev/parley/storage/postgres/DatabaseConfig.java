package dev.parley.storage.postgres;

import java.time.Duration;

/**
 * How to reach PostgreSQL.
 *
 * @param scope whether the service works for all tenants or names one for each call
 * @param poolSize the most connections
 * @param acquireTimeout how long a caller waits for a free connection
 * @param socketTimeout how long to wait for the server's next bytes before it is taken for gone; a
 *     single statement must not take longer
 * @param startTimeout how long {@link Database#start()} waits for a server that is not up yet
 */
public record DatabaseConfig(
    DatabaseUrl url,
    Scope scope,
    int poolSize,
    Duration acquireTimeout,
    Duration socketTimeout,
    Duration startTimeout) {

  /** What a service may see. */
  public enum Scope {
    /** Every row, always: for services that work for all tenants. */
    SERVICE,
    /** The rows of the tenant that a call is for; enforced by PostgreSQL's row-level security. */
    TENANT
  }

  public DatabaseConfig {
    if (poolSize < 1) {
      throw new IllegalArgumentException("the pool needs at least one connection");
    }
  }

  public static DatabaseConfig of(DatabaseUrl url, Scope scope) {
    return new DatabaseConfig(
        url, scope, 10, Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(60));
  }

  public DatabaseConfig withPoolSize(int size) {
    return new DatabaseConfig(url, scope, size, acquireTimeout, socketTimeout, startTimeout);
  }

  public DatabaseConfig withAcquireTimeout(Duration timeout) {
    return new DatabaseConfig(url, scope, poolSize, timeout, socketTimeout, startTimeout);
  }

  public DatabaseConfig withStartTimeout(Duration timeout) {
    return new DatabaseConfig(url, scope, poolSize, acquireTimeout, socketTimeout, timeout);
  }
}
