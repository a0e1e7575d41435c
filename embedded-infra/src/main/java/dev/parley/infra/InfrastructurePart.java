package dev.parley.infra;

import org.jspecify.annotations.Nullable;

/**
 * One service that can be taken away and given back while the others go on.
 *
 * <p>Port and data stay the same between {@link #stop} and {@link #start}. All methods may be
 * called from any thread; starting and stopping exclude one another.
 */
public interface InfrastructurePart {

  /** As people call it: {@code Kafka}, {@code PostgreSQL}, {@code Redis}. */
  String name();

  /** The port on 127.0.0.1. */
  int port();

  /**
   * Starts the service and waits until it answers. Does nothing when it runs already.
   *
   * @throws InfrastructureException with a message for the user
   */
  void start();

  /** Stops the service in order, data kept. Does nothing when it does not run. */
  void stop();

  /** Why the service does not answer; null when it does. */
  @Nullable String problem();
}
