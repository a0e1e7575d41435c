package dev.parley.testkit.infra;

import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/**
 * Leaves it to our own probes, the same for all kinds of services, to tell when a container is
 * ready.
 */
final class NoWait extends AbstractWaitStrategy {

  @Override
  protected void waitUntilReady() {}
}
