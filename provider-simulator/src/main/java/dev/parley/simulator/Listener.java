package dev.parley.simulator;

import java.io.IOException;
import java.security.GeneralSecurityException;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** Sets up the port: HTTP/1.1 and HTTP/2, in the clear or over TLS. */
final class Listener {

  private static final int BACKLOG = 4096;
  private static final char[] PASSWORD = "in memory only".toCharArray();

  private Listener() {}

  static ServerConnector on(Server server, SimulatorConfig config, @Nullable SelfSigned identity)
      throws IOException {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    HttpConnectionFactory one = new HttpConnectionFactory(http);
    ServerConnector connector =
        identity == null
            ? plain(server, config, http, one)
            : tls(server, config, http, one, identity);
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setAcceptQueueSize(BACKLOG);
    // A call may hang for as long as its client lets it.
    connector.setIdleTimeout(0);
    server.addConnector(connector);
    return connector;
  }

  private static ServerConnector plain(
      Server server, SimulatorConfig config, HttpConfiguration http, HttpConnectionFactory one) {
    HTTP2CServerConnectionFactory two = new HTTP2CServerConnectionFactory(http);
    limit(two, config);
    return new ServerConnector(server, one, two);
  }

  private static ServerConnector tls(
      Server server,
      SimulatorConfig config,
      HttpConfiguration http,
      HttpConnectionFactory one,
      SelfSigned identity)
      throws IOException {
    HTTP2ServerConnectionFactory two = new HTTP2ServerConnectionFactory(http);
    limit(two, config);
    ALPNServerConnectionFactory choice = new ALPNServerConnectionFactory();
    choice.setDefaultProtocol(one.getProtocol());
    SslContextFactory.Server ssl = new SslContextFactory.Server();
    try {
      ssl.setKeyStore(identity.serverStore(PASSWORD));
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificate cannot be used", e);
    }
    ssl.setKeyStorePassword(String.valueOf(PASSWORD));
    return new ServerConnector(
        server, new SslConnectionFactory(ssl, choice.getProtocol()), choice, two, one);
  }

  private static void limit(AbstractHTTP2ServerConnectionFactory two, SimulatorConfig config) {
    two.setMaxConcurrentStreams(config.maxConcurrentStreams());
    two.setStreamIdleTimeout(0);
    // Clients that cancel many streams are what this server is for.
    two.setRateControlFactory(new RateControl.Factory() {});
  }
}
