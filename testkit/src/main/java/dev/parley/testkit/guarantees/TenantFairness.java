package dev.parley.testkit.guarantees;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.Submitted;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Measured in turns rather than in time: while a job could have begun and had not, another tenant
 * of the same partition began no more turns than the job's own tenant did, but for an allowance. In
 * the same partition, because only there it is known that one worker had both to choose from. Jobs
 * that were taken up more than once are left out: what they waited for was the end of a worker.
 */
final class TenantFairness {

  /**
   * How many turns may pass by a job that waits: what is fetched or handed out already, and what a
   * worker that has just taken over a partition reads before it comes to the job.
   */
  static final int ALLOWANCE = 300;

  private final Map<JobId, Submitted> log = new HashMap<>();
  private final Map<TenantId, long[]> begun;
  private final Map<Integer, Map<TenantId, long[]>> begunInPartition = new HashMap<>();

  private TenantFairness(History history) {
    history.submitted().forEach(record -> log.putIfAbsent(record.job(), record));
    List<StoredJob> started = history.jobs().stream().filter(this::isKnown).toList();
    begun = moments(started);
    started.stream()
        .collect(groupingBy(job -> known(job).partition()))
        .forEach((partition, jobs) -> begunInPartition.put(partition, moments(jobs)));
  }

  static @Nullable String firstViolation(History history) {
    return new TenantFairness(history).firstOvertaken(history);
  }

  private @Nullable String firstOvertaken(History history) {
    Map<JobId, StoredJob> jobs = new HashMap<>();
    history.jobs().forEach(job -> jobs.put(job.job(), job));
    Map<SessionKey, Instant> free = new HashMap<>();
    Set<JobId> seen = new HashSet<>();
    for (Submitted record : history.submitted()) {
      StoredJob job = jobs.get(record.job());
      if (job == null || !seen.add(record.job())) {
        continue;
      }
      String found =
          job.attempts() > 1 ? null : overtaken(job, ready(job, free.get(job.session())));
      // A job that waits may be cancelled before the one ahead of it has ended.
      free.merge(job.session(), ended(job), TenantFairness::later);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable String overtaken(StoredJob job, Instant ready) {
    if (job.startedAt() == null || ready.equals(Instant.MAX)) {
      return null;
    }
    TenantId tenant = job.session().tenantId();
    int own = between(begun.get(tenant), ready, job.startedAt());
    Map<TenantId, long[]> partition =
        begunInPartition.getOrDefault(known(job).partition(), Map.of());
    for (var others : partition.entrySet()) {
      TenantId other = others.getKey();
      int passed = between(others.getValue(), ready, job.startedAt());
      if (!other.equals(tenant) && passed - own > ALLOWANCE) {
        return "%s of session %s could begin at %s and began at %s; in its partition %d turns of %s began meanwhile, and %d of its own tenant"
            .formatted(
                job.job().value(),
                job.session(),
                ready,
                job.startedAt(),
                passed,
                other.value(),
                own);
      }
    }
    return null;
  }

  /**
   * When nothing but the choice of the worker kept it from beginning.
   *
   * @param free when all jobs of its session before it had ended; null for the first one
   */
  private static Instant ready(StoredJob job, @Nullable Instant free) {
    return free == null ? job.acceptedAt() : later(free, job.acceptedAt());
  }

  private static Instant ended(StoredJob job) {
    return job.endedAt() == null ? Instant.MAX : job.endedAt();
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private boolean isKnown(StoredJob job) {
    return job.startedAt() != null && log.containsKey(job.job());
  }

  private Submitted known(StoredJob job) {
    return Objects.requireNonNull(log.get(job.job()));
  }

  private static Map<TenantId, long[]> moments(List<StoredJob> started) {
    Map<TenantId, long[]> sorted = new HashMap<>();
    started.stream()
        .collect(
            groupingBy(
                job -> job.session().tenantId(), mapping(job -> micros(job.startedAt()), toList())))
        .forEach((tenant, moments) ->
            sorted.put(tenant, moments.stream().mapToLong(Long::longValue).sorted().toArray()));
    return sorted;
  }

  private static int between(long @Nullable [] moments, Instant from, Instant to) {
    return moments == null
        ? 0
        : Math.max(0, until(moments, micros(to)) - until(moments, micros(from)));
  }

  /** How many lie before. */
  private static int until(long[] moments, long end) {
    int found = Arrays.binarySearch(moments, end);
    int index = found < 0 ? -found - 1 : found;
    while (index > 0 && moments[index - 1] == end) {
      index--;
    }
    return index;
  }

  private static long micros(@Nullable Instant moment) {
    return moment == null
        ? Long.MAX_VALUE
        : Math.addExact(moment.getEpochSecond() * 1_000_000, moment.getNano() / 1_000);
  }
}
