package dev.parley.ingest.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
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
    return job == null ? JobView.unseen(tenant, id) : JobView.render(job);
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
