package dev.parley.testkit.infra;

import java.util.List;

/** The images of the production shape. */
final class Images {

  static final String KAFKA = "apache/kafka:4.3.1";
  static final String POSTGRES = "postgres:18";
  static final String REDIS = "redis:8";

  static final List<String> ALL = List.of(KAFKA, POSTGRES, REDIS);

  private Images() {}
}
