package dev.parley.testkit.guarantees;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.History.Amounts;
import dev.parley.testkit.guarantees.History.LedgerRow;
import dev.parley.testkit.guarantees.History.Outcome;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.StoredMessage;
import dev.parley.testkit.guarantees.History.Submitted;
import dev.parley.testkit.guarantees.History.Total;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A history in which all was kept, to be spoilt in one place. */
final class Histories {

  static final SessionKey SESSION = new SessionKey(new TenantId("acme"), new SessionId("s1"));
  static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  static final Cell CELL = new Cell(SESSION.tenantId(), NOON, "openai", "sim-small");

  final List<Accepted> accepted = new ArrayList<>();
  final List<Submitted> submitted = new ArrayList<>();
  final List<Outcome> outcomes = new ArrayList<>();
  final List<StoredJob> jobs = new ArrayList<>();
  final List<StoredMessage> messages = new ArrayList<>();
  final List<LedgerRow> ledger = new ArrayList<>();
  final List<String> published = new ArrayList<>();
  final List<Total> totals = new ArrayList<>();
  final List<CallRecord> calls = new ArrayList<>();

  private Histories() {}

  /** Three turns of one session. */
  static Histories kept() {
    Histories histories = new Histories();
    for (int i = 0; i < 3; i++) {
      JobId job = job(i);
      histories.accepted.add(new Accepted(job, SESSION));
      histories.submitted.add(new Submitted(job, SESSION, 4, 10L + i));
      histories.outcomes.add(new Outcome(job, JobStatus.COMPLETED));
      histories.jobs.add(stored(i, JobStatus.COMPLETED));
      histories.messages.add(new StoredMessage(SESSION, 2L * i, "user", job));
      histories.messages.add(new StoredMessage(SESSION, 2L * i + 1, "assistant", job));
      histories.ledger.add(row(i, 1));
      histories.published.add(row(i, 1).eventId());
      histories.calls.add(call(i, i * 100, i * 100 + 50, CallOutcome.COMPLETED));
    }
    histories.totals.add(new Total(CELL, amounts(3)));
    return histories;
  }

  History history() {
    return new History(
        accepted, submitted, outcomes, jobs, messages, ledger, published, totals, calls);
  }

  static JobId job(int number) {
    return new JobId("job_" + number);
  }

  static StoredJob stored(int job, JobStatus status) {
    Instant accepted = NOON.plusMillis(100L * job);
    return new StoredJob(job(job), SESSION, status, 1, accepted, accepted, accepted.plusMillis(50));
  }

  static LedgerRow row(int job, int attempt) {
    return new LedgerRow("job_" + job + "." + attempt + ".0", job(job), CELL, amounts(1));
  }

  static Amounts amounts(long times) {
    return new Amounts(
        times,
        10 * times,
        5 * times,
        0,
        0,
        0,
        new BigDecimal("0.0000045").multiply(BigDecimal.valueOf(times)),
        0,
        0);
  }

  static CallRecord call(int job, int fromMillis, @Nullable Integer toMillis, CallOutcome how) {
    return new CallRecord(
        job + 1,
        "openai",
        "sim-small",
        job(job).value(),
        SESSION.sessionId().value(),
        null,
        "0",
        1,
        true,
        NOON.plusMillis(fromMillis),
        toMillis == null ? null : NOON.plusMillis(toMillis),
        how,
        200,
        1,
        1,
        1);
  }
}
