package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.turn.TurnLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Job ends and usage rows in PostgreSQL, for sessions that are kept elsewhere. */
public final class PostgresTurnLedger implements TurnLedger {

  private final Database database;

  public PostgresTurnLedger(Database database) {
    this.database = database;
  }

  @Override
  public Map<JobId, Job> seal(List<TurnEnd> ends) {
    return ends.isEmpty()
        ? Map.of()
        : database.statement(null, connection -> JobEnds.seal(connection, ends));
  }

  @Override
  public List<@Nullable Job> end(List<TurnEnd> ends) {
    if (ends.isEmpty()) {
      return List.of();
    }
    return database.transaction(
        null,
        connection -> {
          Map<JobId, Job> fenced = JobEnds.fenced(connection, ends);
          List<@Nullable Job> results = new ArrayList<>(ends.size());
          List<TurnEnd> written = new ArrayList<>(ends.size());
          List<UsageEvent> usage = new ArrayList<>(ends.size());
          for (TurnEnd end : ends) {
            Job job = fenced.get(end.outcome().ended().jobId());
            results.add(job);
            if (job == null) {
              written.add(end);
            }
            if (JobEnds.usageCounts(end, job)) {
              usage.addAll(end.usage());
            }
          }
          JobEnds.end(connection, written);
          UsageRows.insert(connection, usage);
          return results;
        });
  }

  @Override
  public void record(List<UsageEvent> usage) {
    UsageRows.record(database, usage);
  }
}
