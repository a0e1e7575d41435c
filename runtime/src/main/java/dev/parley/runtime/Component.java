package dev.parley.runtime;

/**
 * A part of a service with a life of its own. Its constructor opens nothing.
 *
 * <p>{@link #start()} and {@link #close()} are called by one thread, {@link #check()} by any.
 */
public interface Component extends AutoCloseable {

  /** A short, stable name for logs and health: {@code kafka}, {@code postgres}, {@code engine}. */
  String name();

  /**
   * Begins its work.
   *
   * @throws InterruptedException when interrupted while waiting for what it needs
   */
  void start() throws InterruptedException;

  /** How it is, now and quickly. */
  Health check();

  /** Ends its work. May be called more than once, and also when it was never started. */
  @Override
  void close();
}
