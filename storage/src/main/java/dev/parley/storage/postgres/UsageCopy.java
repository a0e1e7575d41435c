package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageFilter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;

/**
 * Ledger rows by PostgreSQL's COPY: the server writes lines of CSV and never waits for us to ask
 * for more, and no value becomes an object here.
 *
 * <p>COPY takes no parameters. The filter's values are therefore settings of the transaction, which
 * the statement reads: no value ever becomes a part of it. Row-level security holds for the query
 * in a COPY as for any other.
 */
final class UsageCopy {

  /** Times come in UTC, see {@link #set}; a conversion in the query would be a call per row. */
  private static final String ROWS =
      """
      select event_id, request_id, job_id, session_id, tenant_id, bot_id, provider, model,
        finish_reason, duration_ms, occurred_at, routing_decision, metadata, input_tokens,
        output_tokens, cached_tokens, cached_read_tokens, cached_write_tokens, reasoning_tokens,
        cost_usd, price_version, estimated, cached_write_1h_tokens, corrects
      from usage_events
      """;

  private final UsageFilter filter;

  UsageCopy(UsageFilter filter) {
    this.filter = filter;
  }

  /**
   * @param connection in a transaction; what is set in it ends with it
   * @param sink what it throws ends the copy, costs the connection and is passed on
   */
  void run(Connection connection, Consumer<byte[]> sink) throws SQLException {
    StringBuilder names = new StringBuilder();
    Sql filtered = UsageFilters.where(filter, "occurred_at");
    String where = withSettings(filtered.text(), names);
    set(connection, names.toString(), filtered);
    String sql =
        "copy (" + ROWS + where + " order by occurred_at, event_id) to stdout (format csv)";
    CopyOut copy = new CopyManager(connection.unwrap(BaseConnection.class)).copyOut(sql);
    boolean done = false;
    try {
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        sink.accept(line);
      }
      done = true;
    } finally {
      if (!done) {
        // The driver's way to cancel a copy leaves the rest of it on the wire, where the next
        // statement would find it. The server notices that nobody reads any more.
        connection.abort(Runnable::run);
      }
    }
  }

  /**
   * @param setters is given the calls that make the settings, in the order of the parameters
   */
  private static String withSettings(String where, StringBuilder setters) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (int i = 0; i < where.length(); i++) {
      char c = where.charAt(i);
      if (c == '?') {
        number++;
        // a subquery, so that it is read once and not for every row
        text.append("(select current_setting('parley.filter_").append(number).append("'))");
        setters.append(", set_config('parley.filter_").append(number).append("', ?, true)");
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private static void set(Connection connection, String setters, Sql filtered) throws SQLException {
    try (PreparedStatement set =
        connection.prepareStatement("select set_config('TimeZone', 'UTC', true)" + setters)) {
      filtered.bind(new Binder(set));
      set.execute();
    }
  }
}
