package dev.parley.ingest.admission;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.ingest.http.Admission;
import dev.parley.ingest.http.Exchange;
import dev.parley.schemas.TenantId;
import dev.parley.storage.JobStore;
import dev.parley.storage.tenants.QueuedCounts;
import dev.parley.storage.tenants.TenantSettingsCache;
import java.time.Clock;

/** What limits a tenant: its rate of requests and its queued jobs, by its own settings. */
public final class TenantAdmission implements Admission, AutoCloseable {

  private final TenantSettingsCache settings;
  private final int defaultMaxQueued;
  private final RateLimiter rates;
  private final QueuedJobs queued;
  private final QueueUpkeep upkeep;

  /**
   * @param settings started and closed with this
   */
  public TenantAdmission(
      Rate defaultRate,
      int defaultMaxQueued,
      TenantSettingsCache settings,
      JobStore jobs,
      QueuedCounts others,
      Clock clock) {
    this.settings = settings;
    this.defaultMaxQueued = defaultMaxQueued;
    this.rates = new RateLimiter(defaultRate, settings::of, Ticker.systemTicker());
    this.queued = new QueuedJobs(this::maxQueued);
    this.upkeep = new QueueUpkeep(queued, jobs, others, clock);
  }

  private int maxQueued(TenantId tenant) {
    Integer own = settings.of(tenant).maxQueued();
    return own == null ? defaultMaxQueued : own;
  }

  @Override
  public void admit(Exchange exchange) {
    rates.admit(exchange);
  }

  public QueuedJobs queued() {
    return queued;
  }

  public void start() {
    settings.start();
    upkeep.start();
  }

  @Override
  public void close() {
    upkeep.close();
    settings.close();
  }
}
