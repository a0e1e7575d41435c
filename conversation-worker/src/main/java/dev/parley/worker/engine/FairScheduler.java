package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says whose turn it is: start-time fair queueing over tenants, with a cap on turns in flight for
 * all and one for each tenant.
 *
 * <p>Each tenant has a pass, which a turn moves on by a stride that is the shorter the greater the
 * tenant's weight; the tenant with the least pass goes next. Virtual time moves on with every turn
 * as the passes do on average, and a tenant that comes back from idling, or from being held at its
 * cap, starts there: it is served soon, gets no credit for what it did not use, and however many
 * come anew, those that wait get their turns. Within a tenant the lane that has waited longest goes
 * first, with priorities counted as waiting time.
 *
 * <p>A turn costs O(log tenants + log ready lanes of the tenant). Not safe for use by several
 * threads: guarded by the dispatcher's lock.
 *
 * @param <L> a lane; each is ready at most once, and not while it holds a permit
 */
final class FairScheduler<L> {

  static final Duration PRIORITY_STEP = Duration.ofSeconds(5);

  private static final long STRIDE = 1L << 26;
  private static final int MAX_WEIGHT = 1 << 16;
  private static final int MAX_PRIORITY = 100;
  private static final int PURGE_AT_LEAST = 1_024;

  /**
   * The right to run one turn of a lane, taken from {@link #next} and given to {@link #release}.
   */
  static final class Permit<L> {
    private final L lane;
    private final Tenant<L> tenant;
    private boolean released;

    private Permit(L lane, Tenant<L> tenant) {
      this.lane = lane;
      this.tenant = tenant;
    }

    L lane() {
      return lane;
    }
  }

  private record Ready<L>(L lane, long since, long sequence) {
    private static final Comparator<Ready<?>> LONGEST_WAITING =
        // Differences, because ticks may wrap around.
        (a, b) ->
            a.since != b.since
                ? Long.signum(a.since - b.since)
                : Long.compare(a.sequence, b.sequence);
  }

  private static final class Tenant<L> {
    final String name;
    final PriorityQueue<Ready<L>> ready = new PriorityQueue<>(Ready.LONGEST_WAITING);
    long pass;
    long listedAs;
    int listedWeight;
    boolean listed;
    int inFlight;

    Tenant(String name) {
      this.name = name;
    }

    boolean idle() {
      return ready.isEmpty() && inFlight == 0;
    }
  }

  private final int maxInFlight;
  private final TenantPolicy policy;
  private final LongSupplier ticker;
  private final Map<String, Tenant<L>> tenants = new HashMap<>();
  private final PriorityQueue<Tenant<L>> runnable =
      new PriorityQueue<>(
          Comparator.<Tenant<L>>comparingLong(t -> t.pass).thenComparingLong(t -> t.listedAs));
  private long virtualTime;
  private long virtualStep;
  private long listedWeight;
  private long sequence;
  private int readyLanes;
  private int inFlight;
  private int purgeAt = PURGE_AT_LEAST;

  FairScheduler(int maxInFlight, TenantPolicy policy, LongSupplier ticker) {
    this.maxInFlight = maxInFlight;
    this.policy = policy;
    this.ticker = ticker;
  }

  void ready(String tenantName, int priority, L lane) {
    Tenant<L> tenant = tenants.computeIfAbsent(tenantName, Tenant::new);
    long head = Math.clamp(priority, -MAX_PRIORITY, MAX_PRIORITY) * PRIORITY_STEP.toNanos();
    tenant.ready.add(new Ready<>(lane, ticker.getAsLong() - head, sequence++));
    readyLanes++;
    listAnew(tenant);
  }

  /** The lane whose turn it is, with a permit for it; null when nothing may run now. */
  @Nullable Permit<L> next() {
    if (inFlight >= maxInFlight) {
      return null;
    }
    for (Tenant<L> tenant = runnable.poll(); tenant != null; tenant = runnable.poll()) {
      long competing = listedWeight;
      tenant.listed = false;
      listedWeight -= tenant.listedWeight;
      Ready<L> ready = mayRun(tenant) ? tenant.ready.poll() : null;
      if (ready != null) {
        readyLanes--;
        // INVARIANT: virtual time never goes back.
        virtualTime = Math.max(virtualTime + virtualStep, tenant.pass);
        virtualStep = STRIDE / competing;
        tenant.pass += STRIDE / tenant.listedWeight;
        // INVARIANT: the only place where a permit is taken.
        tenant.inFlight++;
        inFlight++;
        if (mayRun(tenant)) {
          list(tenant);
        }
        return new Permit<>(ready.lane, tenant);
      }
    }
    return null;
  }

  void release(Permit<L> permit) {
    if (permit.released) {
      throw new IllegalStateException("permit released twice");
    }
    // INVARIANT: the only place where a permit is given back, once.
    permit.released = true;
    permit.tenant.inFlight--;
    inFlight--;
    listAnew(permit.tenant);
    forgetIdle();
  }

  /** Whether the next turn would be that of a tenant of which nothing runs. */
  boolean nextIsFirst() {
    Tenant<L> next = runnable.peek();
    return next != null && next.inFlight == 0 && !next.ready.isEmpty();
  }

  /** Takes lanes back that are ready; costs their tenants nothing. */
  void withdraw(Predicate<L> unwanted) {
    for (Tenant<L> tenant : tenants.values()) {
      int before = tenant.ready.size();
      tenant.ready.removeIf(ready -> unwanted.test(ready.lane));
      readyLanes -= before - tenant.ready.size();
    }
    forgetIdle();
  }

  int tenants() {
    return tenants.size();
  }

  int inFlight() {
    return inFlight;
  }

  Map<String, Integer> inFlightByTenant() {
    Map<String, Integer> counts = new HashMap<>();
    for (Tenant<L> tenant : tenants.values()) {
      if (tenant.inFlight > 0) {
        counts.put(tenant.name, tenant.inFlight);
      }
    }
    return counts;
  }

  /** For tests: throws when the books do not add up. */
  void checkInvariants() {
    int flying = 0;
    int waiting = 0;
    long listed = 0;
    for (Tenant<L> tenant : tenants.values()) {
      flying += tenant.inFlight;
      waiting += tenant.ready.size();
      check(tenant.inFlight >= 0, "negative in flight: " + tenant.name);
      check(tenant.listed == runnable.contains(tenant), "listing wrong: " + tenant.name);
      check(tenant.listed || !mayRun(tenant), "may run but is not listed: " + tenant.name);
      listed += tenant.listed ? tenant.listedWeight : 0;
    }
    check(flying == inFlight, "permits: " + flying + " by tenant, " + inFlight + " in all");
    check(waiting == readyLanes, "ready: " + waiting + " by tenant, " + readyLanes + " in all");
    check(listed == listedWeight, "weights: " + listed + " listed, " + listedWeight + " in all");
    check(inFlight <= maxInFlight, "over the cap: " + inFlight);
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException(message);
    }
  }

  /** Lists a tenant that could not run before. */
  private void listAnew(Tenant<L> tenant) {
    if (!tenant.listed && mayRun(tenant)) {
      tenant.pass = Math.max(tenant.pass, virtualTime);
      list(tenant);
    }
  }

  private void list(Tenant<L> tenant) {
    tenant.listed = true;
    tenant.listedAs = sequence++;
    tenant.listedWeight = Math.clamp(policy.weight(tenant.name), 1, MAX_WEIGHT);
    listedWeight += tenant.listedWeight;
    runnable.add(tenant);
  }

  private boolean mayRun(Tenant<L> tenant) {
    return !tenant.ready.isEmpty()
        && tenant.inFlight < Math.max(1, policy.maxInFlight(tenant.name));
  }

  /**
   * A tenant that is ahead of virtual time must be remembered, else idling would clear its debt.
   */
  private void forgetIdle() {
    if (inFlight == 0 && readyLanes == 0) {
      tenants.clear();
      runnable.clear();
      listedWeight = 0;
    } else if (tenants.size() >= purgeAt) {
      tenants.values().removeIf(t -> t.idle() && !t.listed && t.pass <= virtualTime);
      purgeAt = Math.max(PURGE_AT_LEAST, 2 * tenants.size());
    }
  }
}
