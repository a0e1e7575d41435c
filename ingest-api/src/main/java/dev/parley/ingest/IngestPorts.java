package dev.parley.ingest;

import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.ExpectedSessions;
import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.JobStore;
import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.RedriveStore;
import dev.parley.storage.SecretStore;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.config.Stores;
import dev.parley.storage.live.LiveEvents;
import dev.parley.storage.tenants.QueuedCounts;

/**
 * The stores that the HTTP API reads and writes.
 *
 * @param queuedCounts {@link QueuedCounts#NONE} where there is no Redis
 * @param expectedSessions {@link ExpectedSessions#NONE} where there is no Redis
 * @param live {@link LiveEvents#NONE} where there is no Redis
 */
public record IngestPorts(
    SessionStore sessions,
    JobStore jobs,
    IdempotencyStore idempotencyKeys,
    UsageStore usage,
    UsageAudit audit,
    ApiKeyStore apiKeys,
    SecretStore secrets,
    TenantSettingsStore tenantSettings,
    RedriveStore redrives,
    QueuedCounts queuedCounts,
    ExpectedSessions expectedSessions,
    ProviderKeyStore providerKeys,
    LiveEvents live) {

  public static IngestPorts of(Stores stores) {
    return new IngestPorts(
        stores.sessions(),
        stores.jobs(),
        stores.idempotencyKeys(),
        stores.usage(),
        stores.audit(),
        stores.apiKeys(),
        stores.secrets(),
        stores.tenantSettings(),
        stores.redrives(),
        stores.queuedCounts(),
        stores.expectedSessions(),
        stores.providerKeys(),
        stores.live());
  }
}
