package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.auth.Caller;
import dev.parley.ingest.auth.RequestView;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import io.javalin.http.Context;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/** One request and its answer. For the thread that handles it. */
public final class Exchange implements RequestView {

  private static final int MAX_DISCARDED = 256 * 1024;
  private static final Duration DISCARD_WITHIN = Duration.ofSeconds(1);

  /** How much, how long and with how long a pause a body is taken after it was refused. */
  private static final long OUTLASTED_BYTES = 64L * 1024 * 1024;

  private static final Duration OUTLASTED_TIME = Duration.ofSeconds(5);
  private static final Duration OUTLASTED_SILENCE = Duration.ofSeconds(1);

  private final Context context;
  private final String requestId;
  private final HttpSettings settings;
  private @Nullable Caller caller;
  private @Nullable InputStream unread;
  private boolean opened;

  Exchange(Context context, String requestId, HttpSettings settings) {
    this.context = context;
    this.requestId = requestId;
    this.settings = settings;
  }

  void identify(Caller who) {
    caller = who;
  }

  /** Who is calling; not to be asked on open calls. */
  public Caller caller() {
    return Objects.requireNonNull(caller, "an open call has no caller");
  }

  public TenantId tenant() {
    return caller().tenantId();
  }

  public String requestId() {
    return requestId;
  }

  @Override
  public String method() {
    return context.req().getMethod();
  }

  @Override
  public String path() {
    return context.req().getRequestURI();
  }

  @Override
  public @Nullable String header(String name) {
    return context.req().getHeader(name);
  }

  @Override
  public String headerList(String name) {
    return String.join(",", Collections.list(context.req().getHeaders(name)));
  }

  /** A path parameter, percent-decoded. */
  public String pathParam(String name) {
    return context.pathParam(name);
  }

  public Query query() {
    return new Query(context);
  }

  /** The body, which must be a JSON object. */
  public ObjectNode jsonBody() throws IOException {
    return Bodies.readObject(context.req(), this::bodyStream, settings.maxBodyBytes());
  }

  /** The body when there is one, else an empty object. */
  public ObjectNode optionalJsonBody() throws IOException {
    return Bodies.readOptionalObject(context.req(), this::bodyStream, settings.maxBodyBytes());
  }

  /**
   * The body as it comes, for calls that read it piece by piece. A client that waits for leave to
   * send it is given it by this.
   */
  public InputStream bodyStream() throws IOException {
    opened = true;
    return new PacedBody(context.req().getInputStream(), settings.requestTimeout());
  }

  public Exchange header(String name, String value) {
    context.res().setHeader(name, value);
    return this;
  }

  public void json(int status, JsonNode body) throws IOException {
    bytes(status, "application/json", Json.mapper().writeValueAsBytes(body));
  }

  public void text(int status, String contentType, String body) throws IOException {
    bytes(status, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  public void bytes(int status, String contentType, byte[] body) throws IOException {
    HttpServletResponse response = context.res();
    response.setStatus(status);
    response.setContentType(contentType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** Begins an answer whose length is not known; the caller writes and flushes. */
  public OutputStream stream(int status, String contentType) throws IOException {
    HttpServletResponse response = context.res();
    response.setStatus(status);
    response.setContentType(contentType);
    return response.getOutputStream();
  }

  /**
   * Reads away what is left of a body, so that the connection can go on: a server that closes it
   * unread may do so under the client's next request. When that is more than a little, or cannot be
   * read, the client is told that the connection ends.
   */
  void discardBody() {
    HttpServletRequest request = context.req();
    long length = request.getContentLengthLong();
    boolean chunked = request.getHeader("transfer-encoding") != null;
    if (length <= 0 && !chunked) {
      return;
    }
    boolean awaitsLeave = !opened && request.getHeader("expect") != null;
    try {
      if (!awaitsLeave) {
        ServletInputStream body = request.getInputStream();
        if (body.isFinished()) {
          return;
        }
        // How much is left of a chunked body nobody knows, and its sender may wait for us.
        if (length > 0 && length <= MAX_DISCARDED) {
          new PacedBody(body, DISCARD_WITHIN).transferTo(OutputStream.nullOutputStream());
          return;
        }
        unread = body;
      }
    } catch (IOException | RuntimeException e) {
      // The connection is of no use any more.
    }
    header("connection", "close");
  }

  /**
   * Takes what still comes of a body that is refused, for a while: many clients send all of it
   * before they look for an answer, and lose the answer when the connection closes meanwhile.
   */
  void outlastBody() {
    InputStream body = unread;
    if (body == null) {
      return;
    }
    EndPoint endPoint =
        ServletContextRequest.getServletContextRequest(context.req())
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint();
    endPoint.setIdleTimeout(OUTLASTED_SILENCE.toMillis());
    long deadline = System.nanoTime() + OUTLASTED_TIME.toNanos();
    byte[] buffer = new byte[8 * 1024];
    try {
      context.res().flushBuffer();
      int read = body.read(buffer);
      for (long total = 0; read >= 0 && total <= OUTLASTED_BYTES; total += read) {
        if (System.nanoTime() - deadline > 0) {
          return;
        }
        read = body.read(buffer);
      }
    } catch (IOException | RuntimeException e) {
      // It was answered, and the connection ends anyway.
    }
  }

  /** Whether the head of the answer is on its way, so that it can no longer be changed. */
  boolean isCommitted() {
    return context.res().isCommitted();
  }
}
