package dev.parley.ingest;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.exports.ExportShelf;
import dev.parley.ingest.admission.Rate;
import dev.parley.ingest.admission.TenantAdmission;
import dev.parley.ingest.auth.ApiKeyAuthenticator;
import dev.parley.ingest.auth.Authenticator;
import dev.parley.ingest.auth.SingleTenantAuthenticator;
import dev.parley.ingest.auth.TrustedHeaderAuthenticator;
import dev.parley.ingest.compaction.CompactRoutes;
import dev.parley.ingest.deadletters.DeadLetterLog;
import dev.parley.ingest.deadletters.DeadLetterRoutes;
import dev.parley.ingest.deadletters.Redrive;
import dev.parley.ingest.docs.ApiDocs;
import dev.parley.ingest.health.HealthRoutes;
import dev.parley.ingest.http.HttpServer;
import dev.parley.ingest.http.HttpSettings;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.jobs.JobAwait;
import dev.parley.ingest.jobs.JobEvents;
import dev.parley.ingest.jobs.JobIdentity;
import dev.parley.ingest.jobs.JobLookup;
import dev.parley.ingest.jobs.JobRoutes;
import dev.parley.ingest.jobs.JobWaiters;
import dev.parley.ingest.keys.KeyRoutes;
import dev.parley.ingest.messages.BulkRoutes;
import dev.parley.ingest.messages.MessageRoutes;
import dev.parley.ingest.messages.SubmissionLog;
import dev.parley.ingest.messages.Submitter;
import dev.parley.ingest.reconciliation.PublishedUsage;
import dev.parley.ingest.reconciliation.ReconciliationRoutes;
import dev.parley.ingest.sessions.MessageView;
import dev.parley.ingest.sessions.SessionDirectory;
import dev.parley.ingest.sessions.SessionLifecycleRoutes;
import dev.parley.ingest.sessions.SessionRoutes;
import dev.parley.ingest.tenants.ProviderKeyRoutes;
import dev.parley.ingest.tenants.TenantRoutes;
import dev.parley.ingest.usage.ExportFiles;
import dev.parley.ingest.usage.ExportRoutes;
import dev.parley.ingest.usage.UsageRoutes;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.schemas.JobId;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.storage.tenants.TenantSettingsCache;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The HTTP API over its ports. Knows neither Kafka nor a database. */
public final class IngestApi implements Component {

  private final JobWaiters waiters;
  private final TenantAdmission admission;
  private final @Nullable ExportShelf exports;
  private final HttpServer server;

  /**
   * @param published looked into when usage does not add up
   * @param waiters woken when jobs end; closed when the API stops
   * @param health what {@code /health/ready} tells
   */
  public IngestApi(
      IngestConfig config,
      IngestPorts ports,
      SubmissionLog submissions,
      DeadLetterLog deadLetters,
      PublishedUsage published,
      JobWaiters waiters,
      Authenticator authenticator,
      Supplier<Map<String, Health>> health,
      PrometheusMeterRegistry metrics,
      Clock clock) {
    this.waiters = waiters;
    TenantSettingsCache tenantSettings = new TenantSettingsCache(ports.tenantSettings());
    this.admission =
        new TenantAdmission(
            new Rate(config.requestsPerSecond(), config.requestBurst()),
            config.maxQueued(),
            tenantSettings,
            ports.jobs(),
            ports.queuedCounts(),
            clock);
    this.exports = config.exports().shelf();
    SessionDirectory directory =
        new SessionDirectory(ports.sessions(), ports.expectedSessions(), Ticker.systemTicker());
    JobIdentity identity = new JobIdentity(config.jobIdSecret(), ports.secrets(), clock);
    UsageRoutes usage = new UsageRoutes(ports.usage(), config.usageDownloads());
    JobAwait await = new JobAwait(ports.jobs(), waiters);
    JobEvents events = new JobEvents(ports.jobs(), ports.sessions(), ports.live(), waiters, clock);
    Submitter submitter =
        new Submitter(
            submissions,
            admission.queued(),
            directory,
            identity,
            config.createSessions(),
            clock,
            config.ackTimeout());
    List<RouteTable.Group> groups =
        List.of(
            new MessageRoutes(
                submitter,
                ports.idempotencyKeys(),
                ports.jobs(),
                await,
                events,
                ports.sessions(),
                clock),
            new BulkRoutes(submitter, config.maxBodyBytes()),
            new SessionRoutes(
                ports.sessions(),
                directory,
                usage::ofSession,
                new MessageView(config.exposeToolResults()),
                clock),
            new SessionLifecycleRoutes(ports.sessions(), directory, clock),
            new CompactRoutes(submitter, ports.sessions(), await, clock),
            new JobRoutes(
                ports.jobs(),
                new JobLookup(ports.jobs(), identity),
                await,
                events,
                this::jobEnded,
                clock),
            usage,
            new ReconciliationRoutes(ports.audit(), ports.usage(), published, clock),
            new ExportRoutes(new ExportFiles(exports)),
            new ApiDocs(),
            new KeyRoutes(ports.apiKeys(), clock),
            new ProviderKeyRoutes(
                new ProviderKeyVault(ports.providerKeys(), config.masterKeys(), clock)),
            new DeadLetterRoutes(
                deadLetters,
                ports.redrives(),
                new Redrive(deadLetters, ports.redrives(), ports.jobs(), clock)),
            new TenantRoutes(ports.tenantSettings(), tenantSettings, clock),
            new HealthRoutes(health, metrics));
    this.server =
        new HttpServer(
            new HttpSettings(
                config.host(),
                config.port(),
                config.maxBodyBytes(),
                config.idleTimeout(),
                config.requestTimeout(),
                config.stopTimeout()),
            groups,
            authenticator,
            admission,
            metrics,
            waiters::close);
  }

  /** The authenticator that the configuration asks for. */
  public static Authenticator authenticator(IngestConfig config, ApiKeyStore keys) {
    return switch (config.authMode()) {
      case API_KEY -> new ApiKeyAuthenticator(keys, Ticker.systemTicker());
      case TRUSTED_HEADER -> new TrustedHeaderAuthenticator();
      case SINGLE_TENANT -> new SingleTenantAuthenticator(config.singleTenant());
    };
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public void start() {
    admission.start();
    server.start();
  }

  @Override
  public Health check() {
    return server.check();
  }

  @Override
  public void close() {
    server.close();
    admission.close();
    if (exports != null) {
      exports.close();
    }
  }

  /** Tells that a job has ended, on whatever node. May be told twice, and of unknown jobs. */
  public void jobEnded(JobId job) {
    admission.queued().leave(job);
    waiters.signal(job);
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /** The calls that it answers. */
  public List<RouteTable.Route> routes() {
    return server.routes();
  }
}
