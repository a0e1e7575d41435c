package dev.parley.testkit.guarantees;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.History.Outcome;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.Submitted;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Also jobs whose client never learned that they were taken in. */
final class EveryJobEnds {

  private EveryJobEnds() {}

  static @Nullable String firstViolation(History history) {
    Map<JobId, SessionKey> known = new LinkedHashMap<>();
    for (Accepted accepted : history.accepted()) {
      known.put(accepted.job(), accepted.session());
    }
    for (Submitted submitted : history.submitted()) {
      known.put(submitted.job(), submitted.session());
    }
    Map<JobId, StoredJob> jobs = new HashMap<>();
    history.jobs().forEach(job -> jobs.put(job.job(), job));
    long open = known.keySet().stream().filter(job -> !ended(jobs.get(job))).count();
    for (var job : known.entrySet()) {
      StoredJob row = jobs.get(job.getKey());
      if (row == null || !ended(row)) {
        return "%s of session %s is %s; %d of %d jobs have not ended"
            .formatted(
                job.getKey().value(),
                job.getValue(),
                row == null ? "not there" : row.status().wireName(),
                open,
                known.size());
      }
    }
    return published(history, jobs);
  }

  private static boolean ended(@Nullable StoredJob job) {
    return job != null && job.status().isFinal();
  }

  private static @Nullable String published(History history, Map<JobId, StoredJob> jobs) {
    Map<JobId, JobStatus> outcomes = new HashMap<>();
    for (Outcome outcome : history.outcomes()) {
      JobStatus before = outcomes.put(outcome.job(), outcome.status());
      if (before != null && before != outcome.status()) {
        return "%s was published as %s and as %s"
            .formatted(outcome.job().value(), before.wireName(), outcome.status().wireName());
      }
    }
    for (StoredJob job : jobs.values()) {
      JobStatus published = outcomes.get(job.job());
      if (published != job.status()) {
        return "%s of session %s is %s, and was published as %s"
            .formatted(
                job.job().value(),
                job.session(),
                job.status().wireName(),
                published == null ? "nothing" : published.wireName());
      }
    }
    return null;
  }
}
