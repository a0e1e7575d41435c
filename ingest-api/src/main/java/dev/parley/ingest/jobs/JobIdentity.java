package dev.parley.ingest.jobs;

import dev.parley.schemas.JobIds;
import dev.parley.storage.SecretStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The job ids of the deployment, with the secret that is configured or else the one that all nodes
 * share in the store, which is asked for it when it is first needed. Thread-safe.
 */
public final class JobIdentity {

  private static final String SECRET_NAME = "job-id";

  private final SecretStore secrets;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable JobIds ids;

  /**
   * @param configuredSecret null takes the shared one
   */
  public JobIdentity(@Nullable String configuredSecret, SecretStore secrets, Clock clock) {
    this.secrets = secrets;
    this.clock = clock;
    this.ids =
        configuredSecret == null
            ? null
            : new JobIds(configuredSecret.getBytes(StandardCharsets.UTF_8), clock);
  }

  /**
   * @throws dev.parley.storage.StoreUnavailableException when the secret cannot be had right now
   */
  public JobIds ids() {
    JobIds known = ids;
    return known == null ? load() : known;
  }

  private JobIds load() {
    lock.lock();
    try {
      JobIds known = ids;
      if (known == null) {
        known = new JobIds(secrets.getOrCreate(SECRET_NAME), clock);
        ids = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }
}
