package dev.parley.ingest.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a tenant's jobs. A job that was accepted is always found: until a worker has written
 * something about it, its id proves it.
 */
public final class JobLookup {

  private final JobStore store;
  private final JobIdentity identity;

  public JobLookup(JobStore store, JobIdentity identity) {
    this.store = store;
    this.identity = identity;
  }

  /** What is written about a job, or null when nothing is but it was accepted. */
  @Nullable Job find(TenantId tenant, JobId id) {
    Job job = store.find(tenant, id);
    if (job == null && !identity.ids().verify(tenant, id)) {
      throw notFound();
    }
    return job;
  }

  ObjectNode view(TenantId tenant, JobId id, @Nullable Job job) {
    return job == null
        ? JobView.unseen(tenant, id)
        : JobView.render(job, queuePositions(tenant, List.of(job)).get(job.id()));
  }

  /** How many jobs of its session each of those that wait has ahead of it, where it is known. */
  Map<JobId, Integer> queuePositions(TenantId tenant, List<Job> jobs) {
    List<Job> waiting = jobs.stream().filter(job -> job.status() == JobStatus.QUEUED).toList();
    return waiting.isEmpty() ? Map.of() : store.queuePositions(tenant, waiting);
  }

  static JobId parse(String text) {
    if (!Identifiers.isValid(text)) {
      throw notFound();
    }
    return new JobId(text);
  }

  static ApiException notFound() {
    return ApiException.of(ErrorCode.JOB_NOT_FOUND, "there is no such job");
  }
}
