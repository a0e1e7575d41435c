package dev.parley.worker.engine;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The parts of an engine that outlive its consumers.
 *
 * @param ticker nanoseconds from an arbitrary origin, as {@link System#nanoTime}
 */
record Core<A>(
    EngineConfig config,
    Consumers consumers,
    Dispatcher<A> dispatcher,
    Intake<A> intake,
    Arrivals<A> arrivals,
    Gate gate,
    Readings readings,
    Troubles troubles,
    StopSignal stop,
    Backoff backoff,
    InstantSource clock,
    LongSupplier ticker) {}
