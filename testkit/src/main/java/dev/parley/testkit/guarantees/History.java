package dev.parley.testkit.guarantees;

import static java.util.stream.Collectors.counting;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.simulator.calls.CallRecord;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run left behind.
 *
 * @param accepted what was answered with 202; those of one session in the order in which a client
 *     that waits for each answer got them
 * @param submitted the log of submissions: of one session in the order of their offsets
 * @param outcomes what was published about the ends of jobs, repetitions too
 * @param jobs the rows of jobs
 * @param messages the rows of messages: of one session in the order of their positions
 * @param ledger the rows of usage
 * @param publishedUsage the ids of published usage events, repetitions too
 * @param totals the sums that the aggregator keeps
 * @param calls what the provider saw, in the order in which the calls began
 */
public record History(
    List<Accepted> accepted,
    List<Submitted> submitted,
    List<Outcome> outcomes,
    List<StoredJob> jobs,
    List<StoredMessage> messages,
    List<LedgerRow> ledger,
    List<String> publishedUsage,
    List<Total> totals,
    List<CallRecord> calls) {

  public History {
    accepted = List.copyOf(accepted);
    submitted = List.copyOf(submitted);
    outcomes = List.copyOf(outcomes);
    jobs = List.copyOf(jobs);
    messages = List.copyOf(messages);
    ledger = List.copyOf(ledger);
    publishedUsage = List.copyOf(publishedUsage);
    totals = List.copyOf(totals);
    calls = List.copyOf(calls);
  }

  /**
   * A message or a compaction that a client knows to be accepted.
   *
   * @param takenOut whether its session was deleted or compacted later, so that its turn need not
   *     be there any more
   */
  public record Accepted(JobId job, SessionKey session, boolean takenOut) {

    /** Of a session that only grows. */
    public Accepted(JobId job, SessionKey session) {
      this(job, session, false);
    }
  }

  /** A record of the log of submissions. */
  public record Submitted(JobId job, SessionKey session, int partition, long offset) {
    String place() {
      return "%s (partition %d, offset %d)".formatted(job.value(), partition, offset);
    }
  }

  /** A published end of a job. */
  public record Outcome(JobId job, JobStatus status) {}

  /**
   * A job's row.
   *
   * @param attempts how often a worker took it up
   * @param startedAt when its last attempt began; null when none has
   * @param endedAt null when it has not
   * @param compaction whether it has compacted its session, which adds no turn to it
   */
  public record StoredJob(
      JobId job,
      SessionKey session,
      JobStatus status,
      int attempts,
      Instant acceptedAt,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      boolean compaction) {

    /** A turn. */
    public StoredJob(
        JobId job,
        SessionKey session,
        JobStatus status,
        int attempts,
        Instant acceptedAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt) {
      this(job, session, status, attempts, acceptedAt, startedAt, endedAt, false);
    }

    /** Whether it has ended with an answer. */
    boolean isTurn() {
      return status == JobStatus.COMPLETED && !compaction;
    }
  }

  /**
   * A message's row.
   *
   * @param job null for what was there when the session was made
   */
  public record StoredMessage(
      SessionKey session, long position, String role, @Nullable JobId job) {}

  /** A row of the ledger. */
  public record LedgerRow(String eventId, JobId job, Cell cell, Amounts amounts) {}

  /** The sum of a cell. */
  public record Total(Cell cell, Amounts amounts) {}

  /** What is summed up. */
  public record Amounts(
      long requests,
      long inputTokens,
      long outputTokens,
      long reasoningTokens,
      long cachedTokens,
      long cachedWriteTokens,
      BigDecimal costUSD,
      long unpriced,
      long estimated) {

    public static final Amounts NONE = new Amounts(0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0, 0);

    /** Without trailing zeros, so that equal sums are equal. */
    public Amounts {
      costUSD = costUSD.stripTrailingZeros();
    }

    public Amounts plus(Amounts other) {
      return new Amounts(
          requests + other.requests,
          inputTokens + other.inputTokens,
          outputTokens + other.outputTokens,
          reasoningTokens + other.reasoningTokens,
          cachedTokens + other.cachedTokens,
          cachedWriteTokens + other.cachedWriteTokens,
          costUSD.add(other.costUSD),
          unpriced + other.unpriced,
          estimated + other.estimated);
    }
  }

  /** Of the jobs that were taken up more than once, how many the provider saw more than once. */
  public long calledAgain() {
    Map<String, Long> called =
        calls.stream()
            .filter(call -> call.job() != null)
            .collect(Collectors.groupingBy(call -> String.valueOf(call.job()), counting()));
    return jobs.stream()
        .filter(job -> job.attempts() > 1 && called.getOrDefault(job.job().value(), 0L) > 1)
        .count();
  }

  /** How many outcomes were published that stood in the topic already. */
  public long publishedAgain() {
    return outcomes.size() - outcomes.stream().map(Outcome::job).distinct().count();
  }

  /** How much of everything there is, in one line. */
  public String summary() {
    long again = jobs.stream().filter(job -> job.attempts() > 1).count();
    return ("%d accepted, %d submitted, %d jobs (%d taken up more than once), %d messages,"
            + " %d usage rows, %d provider calls")
        .formatted(
            accepted.size(),
            submitted.size(),
            jobs.size(),
            again,
            messages.size(),
            ledger.size(),
            calls.size());
  }
}
