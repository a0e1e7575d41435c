package dev.parley.storage.postgres;

import dev.parley.schemas.UsageEvent;
import dev.parley.storage.CorrectionStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Corrections as rows of the ledger. */
public final class PostgresCorrectionStore implements CorrectionStore {

  private static final String THERE =
      "select event_id from usage_events where event_id = any (?::text[])";

  private static final String TO_PUBLISH =
      """
      insert into usage_unpublished (event_id, tenant_id)
      select * from unnest(?::text[], ?::text[])
      on conflict (event_id) do nothing
      """;

  private static final String UNPUBLISHED =
      "select "
          + UsageRows.COLUMNS
          + """
          from usage_events where event_id in
            (select event_id from usage_unpublished order by event_id limit ?)
          order by event_id
          """;

  private static final String PUBLISHED =
      "delete from usage_unpublished where event_id = any (?::text[])";

  private final Database database;

  public PostgresCorrectionStore(Database database) {
    this.database = database;
  }

  @Override
  public int add(Collection<UsageEvent> corrections) {
    if (corrections.isEmpty()) {
      return 0;
    }
    return database.transaction(
        null,
        connection -> {
          // Two at once may both find one missing; both then publish it, under the same id.
          Set<String> there = there(connection, corrections);
          List<UsageEvent> missing =
              corrections.stream().filter(event -> !there.contains(event.eventId())).toList();
          UsageRows.insert(connection, missing);
          try (PreparedStatement insert = connection.prepareStatement(TO_PUBLISH)) {
            new Binder(insert)
                .texts(missing, UsageEvent::eventId)
                .texts(missing, event -> event.tenantId().value());
            insert.executeUpdate();
          }
          return missing.size();
        });
  }

  private static Set<String> there(Connection connection, Collection<UsageEvent> corrections)
      throws SQLException {
    Set<String> there = new HashSet<>();
    try (PreparedStatement select = connection.prepareStatement(THERE)) {
      new Binder(select).texts(corrections, UsageEvent::eventId);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          there.add(rows.getString("event_id"));
        }
      }
    }
    return there;
  }

  @Override
  public List<UsageEvent> unpublished(int limit) {
    return database.statement(
        null,
        connection -> {
          List<UsageEvent> events = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(UNPUBLISHED)) {
            new Binder(select).integer(limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                events.add(UsageRows.read(rows));
              }
            }
          }
          return events;
        });
  }

  @Override
  public void published(Collection<UsageEvent> corrections) {
    if (corrections.isEmpty()) {
      return;
    }
    database.statement(
        null,
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(PUBLISHED)) {
            new Binder(delete).texts(corrections, UsageEvent::eventId);
            return delete.executeUpdate();
          }
        });
  }
}
