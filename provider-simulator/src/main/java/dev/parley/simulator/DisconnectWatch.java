package dev.parley.simulator;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a client has gone while nothing is being written to it. On HTTP/1.1 the server does
 * not read from a connection during a call, so the end of the stream would show only with the
 * second write after it; this reads instead. On HTTP/2 the request's own failure listener tells.
 *
 * <p>A client that sends something before it was answered (HTTP/1.1 pipelining) counts as gone.
 */
final class DisconnectWatch implements Callback {

  private final @Nullable AbstractEndPoint endPoint;
  private final Runnable gone;
  private final AtomicBoolean armed = new AtomicBoolean();

  DisconnectWatch(Request request, Runnable gone) {
    this.gone = gone;
    boolean one = request.getConnectionMetaData().getHttpVersion().getVersion() < 20;
    this.endPoint =
        one
                && request.getConnectionMetaData().getConnection().getEndPoint()
                    instanceof AbstractEndPoint abstractEndPoint
            ? abstractEndPoint
            : null;
  }

  /** Begins to watch; the request's body must have been read to its end. */
  void arm() {
    armed.set(true);
    AbstractEndPoint watched = endPoint;
    if (watched != null) {
      watched.tryFillInterested(this);
    }
  }

  /**
   * Ends the watch. To be called before the last write: after it, the connection's next request may
   * come in, and that is not this call's to read.
   */
  void disarm() {
    if (armed.compareAndSet(true, false) && endPoint != null) {
      endPoint.getFillInterest().onFail(new Disarmed());
    }
  }

  @Override
  public void succeeded() {
    AbstractEndPoint watched = endPoint;
    if (watched == null || !armed.get()) {
      return;
    }
    try {
      if (watched.fill(BufferUtil.allocate(16)) == 0) {
        watched.tryFillInterested(this);
      } else {
        gone.run();
      }
    } catch (IOException e) {
      gone.run();
    }
  }

  @Override
  public void failed(Throwable cause) {
    if (armed.get()) {
      gone.run();
    }
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  private static final class Disarmed extends Exception {
    private static final long serialVersionUID = 1;

    Disarmed() {
      super("the call is no longer watched", null, false, false);
    }
  }
}
