package dev.parley.ingest.http;

import dev.parley.ingest.auth.Authenticator;
import dev.parley.runtime.Component;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Health;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Javalin on virtual threads, with the API's own errors at every level beneath it too.
 *
 * <p>{@link #close()} stops accepting, lets requests in flight end within the stop timeout, then
 * closes what is left.
 */
public final class HttpServer implements Component {

  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private final HttpSettings settings;
  private final RouteTable table = new RouteTable();
  private final Dispatcher dispatcher;
  private final SlowHeads slowHeads;
  private final Runnable beforeStop;
  private @Nullable Javalin javalin;

  /**
   * @param beforeStop run before requests in flight are waited for; to wake those that wait long
   */
  public HttpServer(
      HttpSettings settings,
      List<RouteTable.Group> groups,
      Authenticator authenticator,
      Admission admission,
      MeterRegistry metrics,
      Runnable beforeStop) {
    this.settings = settings;
    this.dispatcher = new Dispatcher(authenticator, admission, metrics, settings);
    this.slowHeads = new SlowHeads(settings.requestTimeout());
    this.beforeStop = beforeStop;
    groups.forEach(group -> group.addTo(table));
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public synchronized void start() {
    try {
      javalin = Javalin.create(this::configure).start();
    } catch (JavalinBindException e) {
      throw new ConfigException(
          List.of(
              "HTTP_PORT: port "
                  + settings.port()
                  + " cannot be listened on at "
                  + settings.host()
                  + "; is something else there?"));
    }
    slowHeads.start();
  }

  /** The port that it listens on. */
  public synchronized int port() {
    return javalin == null ? settings.port() : javalin.port();
  }

  /** The calls that it answers. */
  public List<RouteTable.Route> routes() {
    return table.routes();
  }

  @Override
  public synchronized Health check() {
    return javalin == null ? Health.down("not started") : Health.UP;
  }

  @Override
  public synchronized void close() {
    if (javalin != null) {
      beforeStop.run();
      javalin.stop();
      slowHeads.close();
      javalin = null;
    }
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.prefer405over404 = true;
    config.http.generateEtags = false;
    config.jetty.host = settings.host();
    config.jetty.port = settings.port();
    config.jetty.modifyHttpConfiguration(HttpServer::configureHttp);
    config.jetty.modifyServer(this::configureServer);
    // A path that is ambiguous by the letter is an id that is not valid, told in our own words.
    config.jetty.modifyServletContextHandler(
        handler -> handler.getServletHandler().setDecodeAmbiguousURIs(true));
    config.router.javaLangErrorHandler(dispatcher::error);
    for (RouteTable.Route route : table.routes()) {
      config.routes.addHttpHandler(
          HandlerType.findOrCreate(route.method()), route.path(), dispatcher.handlerOf(route));
      if (route.method().equals("GET")) {
        config.routes.addHttpHandler(HandlerType.HEAD, route.path(), dispatcher.handlerOf(route));
      }
    }
    config.routes.exception(
        HttpResponseException.class, (e, context) -> dispatcher.noRoute(context, table));
    config.routes.exception(Exception.class, (e, context) -> dispatcher.failed(context, e));
  }

  private static void configureHttp(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    // Looking for a header in it takes longer than reading the header: a third of a request.
    http.setHeaderCacheSize(0);
  }

  private static void tolerate(ServerConnector http) {
    HttpConnectionFactory plain = http.getConnectionFactory(HttpConnectionFactory.class);
    http.setConnectionFactories(List.of(new TolerantPaths(plain.getHttpConfiguration())));
  }

  private void configureServer(Server server) {
    server.setErrorHandler(new JsonErrorHandler());
    server.setStopTimeout(settings.stopTimeout().toMillis());
    server.setHandler(new GracefulHandler());
    server.addEventListener(
        new LifeCycle.Listener() {
          @Override
          public void lifeCycleStarting(LifeCycle event) {
            for (Connector connector : server.getConnectors()) {
              if (connector instanceof ServerConnector http) {
                http.setIdleTimeout(settings.idleTimeout().toMillis());
                http.setAcceptQueueSize(1024);
                http.addBean(slowHeads);
                tolerate(http);
              }
            }
          }
        });
  }
}
