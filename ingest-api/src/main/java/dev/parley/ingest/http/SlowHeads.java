package dev.parley.ingest.http;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections on which the head of a request does not come to its end in time. The server's
 * own idle timeout begins anew with every byte, so a client that sends one now and then could hold
 * its connection for ever.
 *
 * <p>Told of connections by their server's threads; a thread of its own looks at them.
 */
final class SlowHeads implements Connection.Listener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SlowHeads.class);

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private final Duration limit;
  private final ConcurrentHashMap<Connection, Head> heads = new ConcurrentHashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private @Nullable Thread thread;

  SlowHeads(Duration limit) {
    this.limit = limit;
  }

  synchronized void start() {
    thread = Thread.ofVirtual().name("parley-slow-heads").start(this::run);
  }

  @Override
  public void onOpened(Connection connection) {
    heads.put(connection, new Head());
  }

  @Override
  public void onClosed(Connection connection) {
    heads.remove(connection);
  }

  @Override
  public synchronized void close() {
    stop.countDown();
    if (thread != null) {
      thread.interrupt();
      thread = null;
    }
  }

  private void run() {
    try {
      while (!stop.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = System.nanoTime();
        heads.forEach((connection, head) -> {
          if (head.isLate(connection, now, limit.toNanos())) {
            log.atDebug().setMessage("slow request cut off").log();
            connection.getEndPoint().close();
          }
        });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was seen of a connection's next request. For the looking thread. */
  private static final class Head {
    private long requests;
    private boolean waiting;
    private long bytesBefore;
    private boolean begun;
    private long begunAt;

    boolean isLate(Connection connection, long now, long limitNanos) {
      long seen = connection.getMessagesIn();
      if (seen != requests || seen != connection.getMessagesOut()) {
        // A whole head has come; what it asked for may still be under way, and take long.
        requests = seen;
        waiting = false;
        begun = false;
        return false;
      }
      if (!waiting) {
        // Only now is it sure that the body before it has come whole.
        waiting = true;
        bytesBefore = connection.getBytesIn();
        return false;
      }
      if (!begun) {
        begun = connection.getBytesIn() > bytesBefore;
        begunAt = now;
        return false;
      }
      return now - begunAt > limitNanos;
    }
  }
}
