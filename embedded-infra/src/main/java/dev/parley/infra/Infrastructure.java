package dev.parley.infra;

import java.util.List;

/**
 * The three services that Parley stands on, and where they listen.
 *
 * <p>Who made them (this process, containers, an operator) is of no concern to those who connect.
 * Safe to use from any thread.
 */
public interface Infrastructure extends AutoCloseable {

  /** One word for people: {@code embedded}, {@code containers} or the like. */
  String kind();

  /** {@code host:port[,host:port]}. */
  String kafkaBootstrapServers();

  /** {@code postgres://user:password@host:port/database}. */
  String databaseUrl();

  /** {@code redis://host:port}. */
  String redisUrl();

  /**
   * What is wrong, a line for each service that does not answer; empty when all is well. May take
   * seconds.
   */
  List<String> check();

  /** Ends what this object started, and nothing else. May be called more than once. */
  @Override
  void close();
}
