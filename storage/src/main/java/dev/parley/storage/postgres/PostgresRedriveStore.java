package dev.parley.storage.postgres;

import dev.parley.storage.RedriveStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Redrives as rows; whoever inserts or takes over a row may send. */
public final class PostgresRedriveStore implements RedriveStore {

  private static final String CLAIM =
      """
      insert into dead_letter_redrives as present (letter_id, claimed_at)
      values (?, ?::timestamptz)
      on conflict (letter_id) do update set claimed_at = excluded.claimed_at
      where present.redriven_at is null and present.claimed_at <= ?::timestamptz
      """;

  private static final String FIND =
      """
      select letter_id, redriven_at from dead_letter_redrives
      where letter_id = any (?::text[]) and redriven_at is not null
      """;

  private static final String DONE =
      """
      insert into dead_letter_redrives (letter_id, claimed_at, redriven_at)
      values (?, ?::timestamptz, ?::timestamptz)
      on conflict (letter_id) do update set redriven_at = excluded.redriven_at
      """;

  private static final String RELEASE =
      "delete from dead_letter_redrives where letter_id = ? and redriven_at is null";

  private final Database database;

  public PostgresRedriveStore(Database database) {
    this.database = database;
  }

  @Override
  public Claim claim(String letterId, Instant now) {
    int changed =
        database.statement(
            null,
            connection -> {
              try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
                new Binder(claim).text(letterId).time(now).time(now.minus(HELD));
                return claim.executeUpdate();
              }
            });
    if (changed == 1) {
      return new Claim.Granted();
    }
    Instant redrivenAt = redriven(List.of(letterId)).get(letterId);
    return redrivenAt == null ? new Claim.Held() : new Claim.Done(redrivenAt);
  }

  @Override
  public void done(String letterId, Instant now) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement done = connection.prepareStatement(DONE)) {
            new Binder(done).text(letterId).time(now).time(now);
            return done.executeUpdate();
          }
        });
  }

  @Override
  public void release(String letterId) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement release = connection.prepareStatement(RELEASE)) {
            new Binder(release).text(letterId);
            return release.executeUpdate();
          }
        });
  }

  @Override
  public Map<String, Instant> redriven(Collection<String> letterIds) {
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement find = connection.prepareStatement(FIND)) {
            new Binder(find).texts(letterIds, id -> id);
            try (ResultSet rows = find.executeQuery()) {
              Map<String, Instant> found = new HashMap<>();
              while (rows.next()) {
                found.put(rows.getString(1), Columns.time(rows, 2));
              }
              return found;
            }
          }
        });
  }
}
