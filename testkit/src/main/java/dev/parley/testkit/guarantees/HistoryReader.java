package dev.parley.testkit.guarantees;

import dev.parley.infra.DatabaseUrl;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.testkit.guarantees.History.Accepted;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Reads a history from where it lies. Opens what it needs for each reading, and closes it. */
public final class HistoryReader {

  private final String kafkaBootstrapServers;
  private final DatabaseUrl database;
  private final Supplier<List<CallRecord>> calls;

  /**
   * @param databaseUrl in the {@code postgres://} form
   * @param calls what the provider simulator saw
   */
  public HistoryReader(
      String kafkaBootstrapServers, String databaseUrl, Supplier<List<CallRecord>> calls) {
    this.kafkaBootstrapServers = kafkaBootstrapServers;
    this.database = DatabaseUrl.parse(databaseUrl);
    this.calls = calls;
  }

  /**
   * Reads all there is about some tenants. It is no snapshot: read when all is quiet, or again.
   *
   * @param tenants others are not looked at: several tests may share one Kafka
   * @throws SQLException when PostgreSQL cannot be read
   */
  public History read(Set<String> tenants, List<Accepted> accepted) throws SQLException {
    TopicHistory topics = TopicHistory.read(kafkaBootstrapServers, tenants);
    try (DatabaseHistory rows = DatabaseHistory.open(database, tenants)) {
      return new History(
          accepted,
          topics.submitted(),
          topics.outcomes(),
          rows.jobs(topics.sessions()),
          rows.messages(),
          rows.ledger(),
          topics.usageEventIds(),
          rows.totals(),
          calls.get());
    }
  }
}
