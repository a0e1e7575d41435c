package dev.parley.simulator;

import dev.parley.simulator.calls.CallLog;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.simulator.script.Planner;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.function.Consumer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A model provider that can be run anywhere: a real HTTP server whose replies are made from the
 * requests, and whose conduct is set by {@link dev.parley.simulator.script.Directives}.
 *
 * <p>{@code POST /v1/chat/completions} and {@code GET /v1/models} are OpenAI's; {@code GET
 * /simulator/calls}, {@code DELETE /simulator/calls} and {@code GET /simulator/stats} show, clear
 * and sum up the {@link CallLog}.
 */
public final class Simulator implements AutoCloseable {

  private static final int MAX_THREADS = 64;

  private final SimulatorConfig config;
  private final CallLog log;
  private final OpenCalls calls = new OpenCalls();
  private final Server server;
  private final ServerConnector connector;

  /** A simulator that keeps its calls to itself. */
  public Simulator(SimulatorConfig config) {
    this(config, Clock.systemUTC(), call -> {});
  }

  /**
   * @param sink gets every call when it has ended, on the thread that ended it
   */
  public Simulator(SimulatorConfig config, Clock clock, Consumer<CallRecord> sink) {
    this.config = config;
    this.log = new CallLog(config.callLogSize(), clock, sink);
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
    threads.setName("simulator");
    threads.setDaemon(true);
    this.server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    this.connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setAcceptQueueSize(4096);
    connector.setIdleTimeout(0);
    server.addConnector(connector);
    Planner planner = new Planner(config.defaults(), config.seed(), clock);
    CallHandler handler = new CallHandler(config, planner, calls, log);
    server.setHandler(new Routes(config, handler, new ObserverHandler(log)));
  }

  /**
   * Begins to listen.
   *
   * @throws IOException when the port is taken or the address is none of this machine
   */
  public Simulator start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      close();
      throw e;
    } catch (Exception e) {
      close();
      throw new IOException("the simulator does not start", e);
    }
    return this;
  }

  /** Where it listens, with no path: {@code http://127.0.0.1:18089}. */
  public URI baseUrl() {
    return URI.create("http://" + config.host() + ":" + connector.getLocalPort());
  }

  /** The calls that were made to it. */
  public CallLog calls() {
    return log;
  }

  /** Ends all calls at once and gives the port back. */
  @Override
  public void close() {
    calls.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the simulator does not stop", e);
    }
  }

  /** Runs a simulator alone until the process is ended. */
  public static void main(String[] args) throws InterruptedException {
    Simulator simulator;
    try {
      simulator = new Simulator(SimulatorOptions.read(System.getenv(), args)).start();
    } catch (IOException | RuntimeException e) {
      System.err.println("simulator: " + e.getMessage());
      System.err.println(SimulatorOptions.USAGE);
      System.exit(1);
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(simulator::close, "simulator-close"));
    System.out.println(simulator.baseUrl());
    simulator.server.join();
  }
}
