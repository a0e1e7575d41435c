package dev.parley.localstack.commands;

import dev.parley.localstack.infra.LocalStack;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a stack until the process is told to stop, by Ctrl-C or a signal.
 *
 * <p>What has not closed within the limit is left to the end of the process; the child processes
 * end with it.
 */
final class Foreground {

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private Foreground() {}

  /** Starts the stack, calls {@code ready}, and returns only when the process ends. */
  static void run(LocalStack stack, Runnable ready) throws InterruptedException {
    AtomicBoolean stopping = new AtomicBoolean();
    Thread hook =
        new Thread(
            () -> {
              stopping.set(true);
              closeInTime(stack);
            },
            "parley-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      stack.start();
      ready.run();
    } catch (RuntimeException | Error e) {
      // What is taken away while it starts may fail in any way, and nobody wants to know.
      if (!stopping.get()) {
        throw e;
      }
    }
    new CountDownLatch(1).await();
  }

  private static void closeInTime(LocalStack stack) {
    Thread closing = Thread.ofPlatform().daemon().name("parley-close").start(stack::close);
    try {
      if (!closing.join(CLOSE_LIMIT)) {
        System.err.println(
            "parley: not everything stopped within " + CLOSE_LIMIT.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
