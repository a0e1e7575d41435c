package dev.parley.worker.provider.transport;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How the transport shares connections.
 *
 * @param streamsPerClient calls at a time through one client to an HTTPS origin; stays below the
 *     server's limit of streams a connection, which is often 100, because a client that meets the
 *     limit fails
 * @param callsPerHttp1Client calls at a time through one client to a plain HTTP origin, each on a
 *     connection of its own
 * @param maxCallsPerOrigin calls at a time to one origin; more wait until their connect deadline
 * @param sslContext null for the JDK's own
 */
public record TransportConfig(
    int streamsPerClient,
    int callsPerHttp1Client,
    int maxCallsPerOrigin,
    @Nullable SSLContext sslContext) {

  public static final TransportConfig DEFAULT = new TransportConfig(80, 1_000, 12_000, null);

  public TransportConfig {
    if (streamsPerClient <= 0 || callsPerHttp1Client <= 0 || maxCallsPerOrigin <= 0) {
      throw new IllegalArgumentException("the transport's limits must be positive");
    }
  }
}
