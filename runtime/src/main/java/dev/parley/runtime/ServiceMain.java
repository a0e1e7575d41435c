package dev.parley.runtime;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the {@code main} of every service does once its components are wired. */
public final class ServiceMain {

  private static final Logger log = LoggerFactory.getLogger(ServiceMain.class);

  private ServiceMain() {}

  /**
   * Starts, waits for the process to be told to stop, and closes. Returns when all is closed.
   *
   * @throws InterruptedException when the calling thread is interrupted
   */
  public static void run(String service, Components components) throws InterruptedException {
    CountDownLatch stopping = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              stopping.countDown();
              components.close();
              closed.countDown();
            },
            service + "-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    long begin = System.nanoTime();
    try {
      components.start();
    } catch (RuntimeException | Error e) {
      if (stopping.getCount() > 0) {
        throw e;
      }
      // What is taken away while it starts may fail in any way, and nobody wants to know.
      closed.await();
      return;
    }
    log.atInfo()
        .setMessage("service started")
        .addKeyValue("service", service)
        .addKeyValue("startMs", (System.nanoTime() - begin) / 1_000_000)
        .log();
    stopping.await();
    closed.await();
  }
}
