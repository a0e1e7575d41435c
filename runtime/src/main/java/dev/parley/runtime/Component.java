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

  /** What may wait when a component starts. */
  @FunctionalInterface
  interface Starting {
    void run() throws InterruptedException;
  }

  /**
   * Gives a part of another module the shape of a component.
   *
   * @param check returns when all is well; the message of what it throws is the cause
   */
  static Component of(String name, Starting start, Runnable check, Runnable close) {
    return new Component() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void start() throws InterruptedException {
        start.run();
      }

      @Override
      public Health check() {
        try {
          check.run();
          return Health.UP;
        } catch (RuntimeException e) {
          return Health.down(String.valueOf(e.getMessage()));
        }
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }
}
