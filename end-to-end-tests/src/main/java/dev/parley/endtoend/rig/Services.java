package dev.parley.endtoend.rig;

/**
 * What the pipeline stands on.
 *
 * @param databaseUrl of a database that nobody else uses
 */
public record Services(String kafkaBootstrapServers, String databaseUrl, String redisUrl) {

  /** Without the logins. */
  @Override
  public String toString() {
    return "Services[" + kafkaBootstrapServers + "]";
  }
}
