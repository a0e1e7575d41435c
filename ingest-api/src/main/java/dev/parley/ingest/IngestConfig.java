package dev.parley.ingest;

import dev.parley.exports.ShelfConfig;
import dev.parley.ingest.auth.AuthMode;
import dev.parley.runtime.Env;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.TenantId;
import dev.parley.storage.secrets.MasterKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be set about the HTTP API.
 *
 * @param host to listen on
 * @param port 0 takes a free one
 * @param singleTenant who everybody is in mode {@link AuthMode#SINGLE_TENANT}
 * @param maxBodyBytes of a request with a single JSON body
 * @param createSessions whether a message to a session that is not there makes it
 * @param exposeToolResults whether what tools answered is shown in sessions
 * @param jobIdSecret null takes the secret that the nodes share in the store
 * @param deliveryTimeout after which a message that Kafka has not acknowledged is refused
 * @param idleTimeout after which a connection is closed on which nothing moves
 * @param requestTimeout how long the head of a request may take to come, and a short body
 * @param stopTimeout how long requests in flight may take once the service is told to stop
 * @param requestsPerSecond of one tenant on one node; 0 sets no limit
 * @param requestBurst how many of them may come at once
 * @param maxQueued jobs of one tenant that are accepted and have not ended
 * @param usageDownloads of single usage rows that may go on at once on one node
 * @param masterKeys what tenants' provider keys are sealed with
 * @param exports where the aggregator writes its exports
 */
public record IngestConfig(
    String host,
    int port,
    AuthMode authMode,
    TenantId singleTenant,
    int maxBodyBytes,
    boolean createSessions,
    boolean exposeToolResults,
    @Nullable String jobIdSecret,
    Duration deliveryTimeout,
    Duration idleTimeout,
    Duration requestTimeout,
    Duration stopTimeout,
    int requestsPerSecond,
    int requestBurst,
    int maxQueued,
    int usageDownloads,
    ShelfConfig exports,
    MasterKeys masterKeys) {

  private static final String DEFAULT_TENANT = "default";

  /** After which a message counts as not accepted, should Kafka's client not have given it up. */
  Duration ackTimeout() {
    return deliveryTimeout.plusSeconds(2);
  }

  /** Every setting's default. */
  public static IngestConfig defaults() {
    return from(new Env(Map.of()));
  }

  /** Notes what is wrong in {@code env}, which the caller ends. */
  public static IngestConfig from(Env env) {
    int perSecond = env.getInt("RATE_LIMIT_PER_SECOND", 0, 0, 1_000_000);
    return new IngestConfig(
        env.get("HTTP_HOST", "0.0.0.0"),
        env.getInt("HTTP_PORT", 8080, 0, 65_535),
        env.getEnum("AUTH_MODE", AuthMode.class, AuthMode.API_KEY),
        tenant(env),
        env.getInt("MAX_BODY_BYTES", 1024 * 1024, 1024, 3 * 1024 * 1024),
        env.getBoolean("CREATE_SESSIONS", false),
        env.getBoolean("EXPOSE_TOOL_RESULTS", false),
        secret(env),
        atLeastOneSecond(env, "DELIVERY_TIMEOUT", Duration.ofSeconds(10)),
        atLeastOneSecond(env, "HTTP_IDLE_TIMEOUT", Duration.ofSeconds(75)),
        atLeastOneSecond(env, "HTTP_REQUEST_TIMEOUT", Duration.ofSeconds(10)),
        env.getDuration("STOP_TIMEOUT", Duration.ofSeconds(15)),
        perSecond,
        env.getInt("RATE_LIMIT_BURST", Math.max(1, perSecond), 1, 1_000_000),
        env.getInt("MAX_QUEUED", 1_000_000, 0, 1_000_000_000),
        env.getInt("USAGE_DOWNLOADS", 4, 1, 500),
        ShelfConfig.from(env),
        masterKeys(env));
  }

  static MasterKeys masterKeys(Env env) {
    try {
      return MasterKeys.parse(env.find(MasterKeys.VARIABLE));
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
      return MasterKeys.NONE;
    }
  }

  private static TenantId tenant(Env env) {
    String tenant = env.get("TENANT_ID", DEFAULT_TENANT);
    if (!Identifiers.isValid(tenant)) {
      env.problem("TENANT_ID must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}");
      return new TenantId(DEFAULT_TENANT);
    }
    return new TenantId(tenant);
  }

  private static @Nullable String secret(Env env) {
    String secret = env.find("JOB_ID_SECRET");
    if (secret == null) {
      return null;
    }
    if (secret.getBytes(StandardCharsets.UTF_8).length < JobIds.MIN_SECRET_BYTES) {
      env.problem("JOB_ID_SECRET must have at least " + JobIds.MIN_SECRET_BYTES + " bytes");
      return null;
    }
    return secret;
  }

  private static Duration atLeastOneSecond(Env env, String name, Duration defaultValue) {
    Duration duration = env.getDuration(name, defaultValue);
    if (duration.compareTo(Duration.ofSeconds(1)) < 0
        || duration.compareTo(Duration.ofMinutes(5)) > 0) {
      env.problem(name + " must be from 1s to 5m");
      return defaultValue;
    }
    return duration;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "IngestConfig[" + host + ":" + port + ", " + authMode + "]";
  }
}
