package dev.parley.worker.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs the records of a topic: within a lane one at a time and in order, across lanes in
 * parallel, fairly between tenants, at least once, with bounds on everything.
 *
 * <p>What is outside may go away: the engine waits, {@link #status} names the cause, and it goes on
 * by itself. Safe for use by many threads.
 *
 * @param <A> the workload's admission
 */
public final class Engine<A> implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  /** Beyond the graces, for commits and goodbyes. */
  private static final Duration CLOSING_TAKES = Duration.ofSeconds(30);

  private final Core<A> core;
  private final Thread consumerThread;
  private final Thread intakeThread;
  private final Thread alarmThread;
  private final ReentrantLock lifecycle = new ReentrantLock();
  private volatile boolean started;
  private volatile boolean stopped;

  /** Opens nothing. */
  public Engine(
      EngineConfig config,
      Consumers consumers,
      Workload<A> workload,
      DeadLetterSink deadLetters,
      TenantPolicy tenants) {
    this(
        config,
        consumers,
        workload,
        deadLetters,
        tenants,
        InstantSource.system(),
        System::nanoTime,
        new Random());
  }

  /**
   * @param random jitter; safe for use by many threads
   */
  Engine(
      EngineConfig config,
      Consumers consumers,
      Workload<A> workload,
      DeadLetterSink deadLetters,
      TenantPolicy tenants,
      InstantSource clock,
      LongSupplier ticker,
      RandomGenerator random) {
    Troubles troubles = new Troubles();
    StopSignal stop = new StopSignal();
    Readings readings = new Readings();
    Backoff backoff = new Backoff(config.retries().base(), config.retries().max(), random);
    Performer<A> performer =
        new Performer<>(workload, deadLetters, config.retries().maxTries(), backoff, troubles);
    Lanes<A> lanes = new Lanes<>(config.bounds(), tenants, ticker);
    Dispatcher<A> dispatcher = new Dispatcher<>(lanes, performer);
    Intake<A> intake =
        new Intake<>(workload, dispatcher, config.retries().maxTries(), backoff, troubles, stop);
    Gate gate = new Gate(config.bounds(), dispatcher, readings);
    this.core =
        new Core<>(
            config,
            consumers,
            dispatcher,
            intake,
            new Arrivals<>(workload, dispatcher, intake),
            gate,
            readings,
            troubles,
            stop,
            backoff,
            clock,
            ticker);
    this.consumerThread =
        Thread.ofPlatform().name("engine-consumer").unstarted(new ConsumerLoop<>(core));
    this.intakeThread = Thread.ofVirtual().name("engine-intake").unstarted(intake);
    this.alarmThread = Thread.ofVirtual().name("engine-alarms").unstarted(dispatcher::runAlarms);
  }

  /**
   * Begins to work, in the background.
   *
   * @throws IllegalStateException when it was started or closed before
   */
  public void start() {
    lifecycle.lock();
    try {
      if (started || stopped) {
        throw new IllegalStateException("an engine starts once");
      }
      started = true;
      alarmThread.start();
      intakeThread.start();
      consumerThread.start();
    } finally {
      lifecycle.unlock();
    }
  }

  public EngineStatus status() {
    Lanes.Snapshot now = core.dispatcher().snapshot();
    return new EngineStatus(
        state(),
        now.held(),
        now.heldBytes(),
        now.deferred(),
        now.inFlight(),
        now.away(),
        now.parked(),
        now.lanes(),
        now.inFlightByTenant(),
        core.readings().assigned,
        core.readings().lastPollAt,
        now.totals());
  }

  /**
   * Begins nothing more, lets what has begun finish within {@link EngineConfig.Times#stopGrace},
   * interrupts the rest, commits and leaves the group. Waits for all that, and may be called at any
   * time, by anyone, again.
   */
  @Override
  public void close() {
    core.stop().raise();
    lifecycle.lock();
    try {
      if (started && !stopped) {
        Duration longest =
            core.config().times().stopGrace().plus(core.config().times().revokeGrace());
        if (!consumerThread.join(longest.plus(CLOSING_TAKES))) {
          log.atWarn().setMessage("the consumer did not close in time").log();
        }
        intakeThread.interrupt();
        core.dispatcher().close();
      }
      stopped = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lifecycle.unlock();
    }
  }

  void checkInvariants() {
    core.dispatcher().checkInvariants();
  }

  private EngineStatus.State state() {
    if (stopped) {
      return new EngineStatus.State.Stopped();
    }
    if (core.stop().raised()) {
      return new EngineStatus.State.Stopping();
    }
    @Nullable String troubles = core.troubles().summary();
    if (troubles != null) {
      return new EngineStatus.State.Recovering(troubles);
    }
    @Nullable String pausedBy = core.readings().pausedBy;
    if (pausedBy != null) {
      return new EngineStatus.State.Paused(pausedBy);
    }
    return core.readings().lastPollAt == null
        ? new EngineStatus.State.Starting()
        : new EngineStatus.State.Running();
  }
}
