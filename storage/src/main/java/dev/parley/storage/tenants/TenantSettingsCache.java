package dev.parley.storage.tenants;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettingsStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of all tenants, read anew every few seconds by a thread of its own. While the store
 * is away, what was last read holds; before the first reading, the defaults do.
 *
 * <p>{@link #of} never waits, may be called by any thread, and costs a look into a map.
 */
public final class TenantSettingsCache implements AutoCloseable {

  /** How soon a change is heard of on every node. */
  public static final Duration REFRESH = Duration.ofSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(TenantSettingsCache.class);

  private final TenantSettingsStore store;
  private final Ticks ticks;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Map<TenantId, TenantSettings> settings = Map.of();
  private @Nullable Thread thread;
  private volatile boolean away;

  public TenantSettingsCache(TenantSettingsStore store) {
    this(store, stop -> !stop.await(REFRESH.toMillis(), TimeUnit.MILLISECONDS));
  }

  TenantSettingsCache(TenantSettingsStore store, Ticks ticks) {
    this.store = store;
    this.ticks = ticks;
  }

  /** What is set for the tenant, all null where that is nothing. */
  public TenantSettings of(TenantId tenantId) {
    TenantSettings found = settings.get(tenantId);
    return found == null ? TenantSettings.defaults(tenantId) : found;
  }

  /** Reads once, and begins to read again and again. */
  public synchronized void start() {
    refresh();
    thread = Thread.ofVirtual().name("parley-tenant-settings").start(this::run);
  }

  /** Reads now: who has just changed a setting does not want to wait for it. */
  public void refresh() {
    try {
      settings =
          store.all().stream()
              .collect(Collectors.toUnmodifiableMap(TenantSettings::tenantId, each -> each));
      away = false;
    } catch (RuntimeException e) {
      // Also when a row cannot be read: what was known holds, and the reading goes on.
      tellOnce(e);
    }
  }

  private void tellOnce(RuntimeException e) {
    if (!away && stop.getCount() > 0) {
      away = true;
      log.atWarn()
          .setMessage("tenant settings not read, the last known ones hold")
          .addKeyValue("cause", String.valueOf(e.getMessage()))
          .log();
    }
  }

  @Override
  public synchronized void close() {
    stop.countDown();
    if (thread != null) {
      thread.interrupt();
      thread = null;
    }
  }

  /** Waits for the next time to read. */
  @FunctionalInterface
  interface Ticks {

    /** False when it is told to stop. */
    boolean await(CountDownLatch stop) throws InterruptedException;
  }

  private void run() {
    try {
      while (ticks.await(stop)) {
        refresh();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
