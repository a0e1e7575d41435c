package dev.parley.infra;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port on 127.0.0.1 that is held until the service which shall have it is about to bind it.
 *
 * <p>Free ports are taken from below the range that operating systems use for outgoing connections.
 * Otherwise a client that keeps trying to reach a stopped service could be given that very port as
 * its own end, and the service could not come back to it.
 */
public final class ReservedPort implements AutoCloseable {

  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 200;

  private final ServerSocket socket;

  private ReservedPort(ServerSocket socket) {
    this.socket = socket;
  }

  /**
   * Reserves the given port, or a free one for 0.
   *
   * @param option the command-line option that chooses the port, for the error message
   */
  public static ReservedPort reserve(String service, int port, String option) {
    try {
      return port == 0 ? free() : new ReservedPort(bind(port));
    } catch (BindException e) {
      throw new InfrastructureException(
          "port %d for %s is taken or not allowed: choose another with %s (0 picks a free one)"
              .formatted(port, service, option),
          e);
    } catch (IOException e) {
      throw new InfrastructureException("no port for %s: %s".formatted(service, e.getMessage()), e);
    }
  }

  /** Whether somebody has the port at this moment. */
  static boolean isTaken(int port) {
    try {
      bind(port).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  public int number() {
    return socket.getLocalPort();
  }

  /**
   * Lets the port go; the service should bind it at once. Does no harm when it was let go before.
   */
  public void release() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot release port " + number() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    release();
  }

  private static ReservedPort free() throws IOException {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      try {
        return new ReservedPort(bind(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST)));
      } catch (BindException e) {
        // taken by somebody else: the next one is as good
      }
    }
    throw new IOException("no free port between " + LOWEST + " and " + HIGHEST);
  }

  private static ServerSocket bind(int port) throws IOException {
    var socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(Loopback.address(port), 1);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
