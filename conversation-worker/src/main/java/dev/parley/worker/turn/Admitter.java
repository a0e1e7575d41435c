package dev.parley.worker.turn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.parley.schemas.Decoded;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Submission;
import dev.parley.storage.JobStore;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Claims whole polls of records, each in one statement. */
final class Admitter {

  /**
   * Only spares a second provider call when one job comes twice in a short time (a client's repeat,
   * a producer's): whatever is forgotten here is caught by the attempt in PostgreSQL.
   */
  private static final int REMEMBERED_JOBS = 200_000;

  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);

  private final JobStore jobs;
  private final Cache<JobId, Boolean> held =
      Caffeine.newBuilder().maximumSize(REMEMBERED_JOBS).expireAfterWrite(REMEMBERED_FOR).build();

  Admitter(JobStore jobs) {
    this.jobs = jobs;
  }

  /** One admission per record, in order. Throws when the jobs cannot be reached. */
  List<Admission> admit(List<ConsumerRecord<byte[], byte[]>> records) {
    List<@Nullable Admission> admissions = new ArrayList<>(records.size());
    List<ClaimRequest> requests = new ArrayList<>(records.size());
    List<Integer> positions = new ArrayList<>(records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      switch (SubmissionRecords.decode(record)) {
        case Decoded.Value<Submission>(Submission submission) -> {
          if (held.asMap().putIfAbsent(submission.jobId(), Boolean.TRUE) != null) {
            admissions.add(new Admission.Deferred(new Admission.CallHistory()));
          } else {
            positions.add(admissions.size());
            requests.add(requestFor(submission));
            admissions.add(null);
          }
        }
        case Decoded.Newer<Submission>(int version) ->
            admissions.add(new Admission.FromNewerRelease(version));
        case Decoded.Undecodable<Submission>(String reason) ->
            admissions.add(new Admission.Undecodable(reason));
      }
    }
    claimInto(admissions, requests, positions);
    List<Admission> complete = new ArrayList<>(admissions.size());
    for (Admission admission : admissions) {
      if (admission == null) {
        throw new IllegalStateException("the store left a claim without an answer");
      }
      complete.add(admission);
    }
    return complete;
  }

  /** Claims one job now. */
  Claim claimNow(Submission submission) {
    return jobs.claim(List.of(requestFor(submission))).getFirst();
  }

  /** The job ended or was handed back: its next record may be claimed early again. */
  void release(JobId jobId) {
    held.invalidate(jobId);
  }

  private void claimInto(
      List<@Nullable Admission> admissions, List<ClaimRequest> requests, List<Integer> positions) {
    if (requests.isEmpty()) {
      return;
    }
    List<Claim> claims;
    try {
      claims = jobs.claim(requests);
    } catch (RuntimeException e) {
      requests.forEach(request -> held.invalidate(request.jobId()));
      throw e;
    }
    for (int i = 0; i < claims.size(); i++) {
      Admission admission =
          switch (claims.get(i)) {
            case Claim.Claimed(int attempt) ->
                new Admission.Claimed(attempt, new Admission.CallHistory());
            case Claim.AlreadyEnded(var job) -> new Admission.Ended(job);
          };
      admissions.set(positions.get(i), admission);
    }
  }

  private static ClaimRequest requestFor(Submission submission) {
    return new ClaimRequest(
        submission.jobId(),
        submission.sessionKey(),
        submission.acceptedAt(),
        submission.expiresAt(),
        submission.requestId(),
        submission.metadata());
  }
}
