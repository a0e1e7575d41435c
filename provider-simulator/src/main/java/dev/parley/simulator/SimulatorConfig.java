package dev.parley.simulator;

import dev.parley.simulator.script.Behaviour;
import dev.parley.simulator.script.Directives;
import java.util.List;

/**
 * How a simulator is set up.
 *
 * @param host the address to listen on
 * @param port 0 takes any free one
 * @param seed what chance is drawn from
 * @param defaults how calls are answered that say nothing else
 * @param models what {@code GET /v1/models} lists; requests may name any model
 * @param callLogSize how many calls are remembered
 * @param maxRequestBytes the largest request body that is read
 * @param tls whether to speak TLS, with a certificate made at the start; HTTP/1.1 and HTTP/2 are
 *     spoken either way
 * @param maxConcurrentStreams how many calls one HTTP/2 connection may have at once
 */
public record SimulatorConfig(
    String host,
    int port,
    long seed,
    Behaviour defaults,
    List<String> models,
    int callLogSize,
    int maxRequestBytes,
    boolean tls,
    int maxConcurrentStreams) {

  /** The port of a local stack. */
  public static final int LOCAL_PORT = 18089;

  private static final int MAX_REQUEST_BYTES = 32 << 20;

  /** Checks the values. */
  public SimulatorConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("the port must be from 0 to 65535, but is " + port);
    }
    if (callLogSize < 1) {
      throw new IllegalArgumentException("the call log must hold at least one call");
    }
    if (maxRequestBytes < 1) {
      throw new IllegalArgumentException("the largest request must have at least one byte");
    }
    if (maxConcurrentStreams < 1) {
      throw new IllegalArgumentException("a connection must be allowed at least one stream");
    }
    models = List.copyOf(models);
  }

  /** Instant replies, on any free port of the loopback interface. */
  public static SimulatorConfig onFreePort() {
    return new SimulatorConfig(
        "127.0.0.1",
        0,
        1,
        Behaviour.INSTANT,
        List.of("sim-small", "sim-large"),
        100_000,
        MAX_REQUEST_BYTES,
        false,
        100);
  }

  /** The same at another address. */
  public SimulatorConfig withHost(String newHost) {
    return new SimulatorConfig(
        newHost,
        port,
        seed,
        defaults,
        models,
        callLogSize,
        maxRequestBytes,
        tls,
        maxConcurrentStreams);
  }

  /** The same on another port. */
  public SimulatorConfig withPort(int newPort) {
    return new SimulatorConfig(
        host,
        newPort,
        seed,
        defaults,
        models,
        callLogSize,
        maxRequestBytes,
        tls,
        maxConcurrentStreams);
  }

  /** The same with other luck. */
  public SimulatorConfig withSeed(long newSeed) {
    return new SimulatorConfig(
        host,
        port,
        newSeed,
        defaults,
        models,
        callLogSize,
        maxRequestBytes,
        tls,
        maxConcurrentStreams);
  }

  /**
   * The same with other defaults, in the language of {@link Directives}, for example {@code
   * latency=200ms rate=50/s fail-rate=0.01}.
   */
  public SimulatorConfig with(String directives) {
    return new SimulatorConfig(
        host,
        port,
        seed,
        Directives.apply(defaults, directives),
        models,
        callLogSize,
        maxRequestBytes,
        tls,
        maxConcurrentStreams);
  }

  /** The same with room for another number of calls. */
  public SimulatorConfig withCallLogSize(int calls) {
    return new SimulatorConfig(
        host, port, seed, defaults, models, calls, maxRequestBytes, tls, maxConcurrentStreams);
  }

  /** The same over TLS. */
  public SimulatorConfig withTls() {
    return new SimulatorConfig(
        host,
        port,
        seed,
        defaults,
        models,
        callLogSize,
        maxRequestBytes,
        true,
        maxConcurrentStreams);
  }

  /** The same with another limit of calls at once on one HTTP/2 connection. */
  public SimulatorConfig withMaxConcurrentStreams(int streams) {
    return new SimulatorConfig(
        host, port, seed, defaults, models, callLogSize, maxRequestBytes, tls, streams);
  }
}
