package dev.parley.localstack.commands;

import dev.parley.localstack.infra.LocalStack;

/**
 * The composition root of {@code up}: which services run beside the infrastructure, and in which
 * order they start.
 */
final class StackServices {

  private StackServices() {}

  /** The services of {@code up}, the HTTP API on the given port. */
  static LocalStack.Services all(int port) {
    return LocalStack.Services.none();
  }
}
