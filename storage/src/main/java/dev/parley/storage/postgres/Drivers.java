package dev.parley.storage.postgres;

import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/** The driver, set up so that a server that vanished is noticed. */
final class Drivers {

  private Drivers() {}

  static PGSimpleDataSource dataSource(DatabaseConfig config, Duration socketTimeout) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setConnectTimeout(5);
    source.setLoginTimeout(10);
    source.setSocketTimeout(Math.toIntExact(socketTimeout.toSeconds()));
    source.setTcpKeepAlive(true);
    source.setApplicationName("parley");
    source.setPrepareThreshold(3);
    // details quote the values of rows: users' texts stay out of exceptions and logs
    source.setLogServerErrorDetail(false);
    // after the settings above, so that the URL's parameters win
    source.setUrl(config.url().jdbcUrl());
    if (config.url().user() != null) {
      source.setUser(config.url().user());
    }
    if (config.url().password() != null) {
      source.setPassword(config.url().password());
    }
    return source;
  }
}
