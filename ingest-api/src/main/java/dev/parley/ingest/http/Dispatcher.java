package dev.parley.ingest.http;

import dev.parley.ingest.auth.Authenticator;
import dev.parley.ingest.auth.UnauthorizedException;
import dev.parley.storage.RefusedException;
import dev.parley.storage.StoreUnavailableException;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Leads every request through the same steps, and turns whatever is thrown into an answer. */
final class Dispatcher {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final Authenticator authenticator;
  private final Admission admission;
  private final MeterRegistry metrics;
  private final HttpSettings settings;
  private final Outages outages = new Outages(System::nanoTime);

  Dispatcher(
      Authenticator authenticator,
      Admission admission,
      MeterRegistry metrics,
      HttpSettings settings) {
    this.authenticator = authenticator;
    this.admission = admission;
    this.metrics = metrics;
    this.settings = settings;
  }

  Handler handlerOf(RouteTable.Route route) {
    RouteMetrics timers = new RouteMetrics(metrics, route);
    return context -> {
      long begin = System.nanoTime();
      Exchange exchange = open(context);
      try {
        admit(route, exchange);
        route.endpoint().handle(exchange);
      } catch (Exception e) {
        refuse(context, exchange, e);
      } finally {
        timers.record(context.res().getStatus(), System.nanoTime() - begin);
      }
    };
  }

  /** Answers what no route answers. */
  void noRoute(Context context, RouteTable table) {
    Exchange exchange = open(context);
    String path = context.req().getRequestURI();
    String allowed = table.allowedMethods(path);
    if (allowed.isEmpty() && holdsNoSession(path)) {
      send(
          context,
          exchange,
          ApiException.at(
              ErrorCode.INVALID_SESSION_ID, "sessionId", "the path holds no valid session id"));
    } else if (allowed.isEmpty()) {
      send(context, exchange, ApiException.of(ErrorCode.ROUTE_NOT_FOUND, "there is no such route"));
    } else {
      exchange.header("allow", allowed);
      send(
          context,
          exchange,
          ApiException.of(ErrorCode.METHOD_NOT_ALLOWED, "this route answers to " + allowed));
    }
  }

  /** Whether it is a path of sessions that climbs about, or with nothing where the id should be. */
  private static boolean holdsNoSession(String path) {
    String[] segments = path.split("/", -1);
    if (segments.length < 4 || !segments[0].isEmpty() || !segments[1].equals("sessions")) {
      return false;
    }
    return segments[2].isEmpty()
        || Arrays.stream(segments).anyMatch(each -> each.equals(".") || each.equals(".."));
  }

  /** Answers for what was thrown outside of the handlers. */
  void failed(Context context, Exception e) {
    refuse(context, open(context), e);
  }

  void error(HttpServletResponse response, Error error) {
    log.atError().setMessage("request failed").setCause(error).log();
    if (!response.isCommitted()) {
      response.reset();
      response.setStatus(ErrorCode.INTERNAL_ERROR.status());
    }
  }

  private Exchange open(Context context) {
    String requestId = RequestIds.of(context.req().getHeader(RequestIds.HEADER));
    context.res().setHeader(RequestIds.HEADER, requestId);
    return new Exchange(context, requestId, settings);
  }

  private void admit(RouteTable.Route route, Exchange exchange) throws UnauthorizedException {
    if (route.access() == Access.OPEN) {
      return;
    }
    exchange.identify(authenticator.authenticate(exchange));
    admission.admit(exchange);
    boolean admin = exchange.caller().isAdmin();
    if (route.access() == Access.ADMIN && !admin) {
      throw ApiException.of(ErrorCode.FORBIDDEN, "this call is for administrators");
    }
    if (route.access() == Access.TENANT_OR_ADMIN_FOR_OTHERS && admin) {
      return;
    }
    String tenant = exchange.query().find("tenantId");
    if (tenant != null && !tenant.equals(exchange.tenant().value()) && !adminRoute(route)) {
      throw ApiException.at(
          ErrorCode.TENANT_MISMATCH, "tenantId", "tenantId is not the caller's own");
    }
  }

  private static boolean adminRoute(RouteTable.Route route) {
    return route.access() == Access.ADMIN;
  }

  private void refuse(Context context, Exchange exchange, Exception e) {
    switch (e) {
      case ApiException refusal -> send(context, exchange, refusal);
      case UnauthorizedException unauthorized -> {
        exchange.header("www-authenticate", "Bearer realm=\"parley\"");
        send(
            context,
            exchange,
            ApiException.of(ErrorCode.UNAUTHORIZED, String.valueOf(unauthorized.getMessage())));
      }
      case StoreUnavailableException unavailable -> {
        String cause = String.valueOf(unavailable.getMessage());
        log.atLevel(outages.begins(cause) ? Level.WARN : Level.DEBUG)
            .setMessage("store unavailable")
            .addKeyValue("requestId", exchange.requestId())
            .addKeyValue("cause", cause)
            .log();
        send(
            context,
            exchange,
            ApiException.retryLater(
                ErrorCode.UNAVAILABLE, "the service is unavailable right now", RETRY_AFTER));
      }
      case RefusedException refused ->
          send(
              context,
              exchange,
              ApiException.of(ErrorCode.INVALID_REQUEST, "the store will not hold this"));
      case EofException gone -> abort(context);
      case IOException io when io.getCause() instanceof HttpException http ->
          badRequest(context, exchange, http);
      case HttpException http -> badRequest(context, exchange, http);
      case IOException io ->
          send(
              context,
              exchange,
              ApiException.of(ErrorCode.INVALID_REQUEST, "the request ended before its body did"));
      default -> {
        log.atError()
            .setMessage("request failed")
            .addKeyValue("requestId", exchange.requestId())
            .addKeyValue("method", exchange.method())
            .setCause(e)
            .log();
        send(context, exchange, ApiException.of(ErrorCode.INTERNAL_ERROR, "internal error"));
      }
    }
  }

  private static void badRequest(Context context, Exchange exchange, HttpException e) {
    ErrorCode code =
        e.getCode() == 413 ? ErrorCode.REQUEST_BODY_TOO_LARGE : ErrorCode.INVALID_REQUEST;
    send(context, exchange, ApiException.of(code, "the request is not valid HTTP"));
  }

  private static void send(Context context, Exchange exchange, ApiException e) {
    if (exchange.isCommitted()) {
      abort(context);
      return;
    }
    exchange.discardBody();
    Duration retryAfter = e.retryAfter();
    if (retryAfter != null) {
      exchange.header("retry-after", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }
    try {
      exchange.json(
          e.code().status(),
          ErrorBody.of(
              e.code().wireName(), e.detail(), e.code().status(), e.param(), exchange.requestId()));
      exchange.outlastBody();
    } catch (IOException gone) {
      abort(context);
    }
  }

  /**
   * Breaks the connection, so that a cut answer cannot be taken for a whole one. By its end point:
   * an answer that is aborted above it counts as complete, which Javalin takes for a fault.
   */
  private static void abort(Context context) {
    log.atDebug().setMessage("answer cut off").log();
    ServletContextRequest.getServletContextRequest(context.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}
