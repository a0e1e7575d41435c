package dev.parley.simulator;

import dev.parley.simulator.calls.CallLog;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.simulator.script.Planner;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * A model provider that can be run anywhere: a real HTTP server whose replies are made from the
 * requests, and whose conduct is set by {@link dev.parley.simulator.script.Directives}.
 *
 * <p>It speaks OpenAI's Chat Completions ({@code POST /v1/chat/completions}, {@code GET
 * /v1/models}) and Responses ({@code POST /v1/responses}), Anthropic's Messages ({@code POST
 * /v1/messages}) and Gemini's generateContent ({@code POST /v1beta/models/MODEL:generateContent}
 * and {@code :streamGenerateContent?alt=sse}). {@code GET /simulator/calls}, {@code DELETE
 * /simulator/calls} and {@code GET /simulator/stats} show, clear and sum up the {@link CallLog}.
 */
public final class Simulator implements AutoCloseable {

  private static final int MAX_THREADS = 64;

  private final SimulatorConfig config;
  private final CallLog log;
  private final OpenCalls calls = new OpenCalls();
  private final Server server;
  private final Clock clock;
  private @Nullable ServerConnector connector;
  private @Nullable SelfSigned identity;

  /** A simulator that keeps its calls to itself. */
  public Simulator(SimulatorConfig config) {
    this(config, Clock.systemUTC(), call -> {});
  }

  /**
   * @param sink gets every call when it has ended, on the thread that ended it
   */
  public Simulator(SimulatorConfig config, Clock clock, Consumer<CallRecord> sink) {
    this.config = config;
    this.clock = clock;
    this.log = new CallLog(config.callLogSize(), clock, sink);
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
    threads.setName("simulator");
    threads.setDaemon(true);
    this.server = new Server(threads);
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
      if (config.tls()) {
        identity = SelfSigned.make(clock);
      }
      connector = Listener.on(server, config, identity);
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
    ServerConnector listening = connector;
    if (listening == null) {
      throw new IllegalStateException("the simulator has not been started");
    }
    String scheme = config.tls() ? "https://" : "http://";
    return URI.create(scheme + config.host() + ":" + listening.getLocalPort());
  }

  /** The certificate that clients have to trust. */
  public X509Certificate certificate() {
    return identity().certificate();
  }

  /** For clients: trusts this simulator and nobody else. */
  public SSLContext clientContext() throws GeneralSecurityException, IOException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(identity().trustStore());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private SelfSigned identity() {
    SelfSigned made = identity;
    if (made == null) {
      throw new IllegalStateException("the simulator has not been started with TLS");
    }
    return made;
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
