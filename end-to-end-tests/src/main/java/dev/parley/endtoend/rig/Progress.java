package dev.parley.endtoend.rig;

import dev.parley.infra.DatabaseUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;

/** Counts what is done. A connection per question: the database may be away in between. */
final class Progress {

  private final DatabaseUrl database;

  Progress(String databaseUrl) {
    this.database = DatabaseUrl.parse(databaseUrl);
  }

  /** How many jobs of these tenants have ended. */
  long ended(Set<String> tenants) throws SQLException {
    return count(
        """
        select count(*) from jobs
        where tenant_id = any(?) and status in ('completed', 'failed', 'cancelled', 'expired')
        """,
        tenants);
  }

  /** How many jobs of these tenants were taken up more than once. */
  long takenUpAgain(Set<String> tenants) throws SQLException {
    return count("select count(*) from jobs where tenant_id = any(?) and attempt > 1", tenants);
  }

  private long count(String sql, Set<String> tenants) throws SQLException {
    try (Connection connection = database.connect();
        PreparedStatement scope =
            connection.prepareStatement("select set_config('parley.scope', 'service', false)");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      scope.execute();
      statement.setArray(1, connection.createArrayOf("text", tenants.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }
}
