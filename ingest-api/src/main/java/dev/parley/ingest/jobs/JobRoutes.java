package dev.parley.ingest.jobs;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.RouteTable;
import dev.parley.schemas.JobId;
import java.io.IOException;

/** Reading jobs. */
public final class JobRoutes implements RouteTable.Group {

  private final JobLookup jobs;

  public JobRoutes(JobLookup jobs) {
    this.jobs = jobs;
  }

  @Override
  public void addTo(RouteTable table) {
    table.get("/jobs/{id}", Access.TENANT, this::read);
  }

  private void read(Exchange exchange) throws IOException {
    JobId id = JobLookup.parse(exchange.pathParam("id"));
    exchange.json(
        200, JobView.wrap(jobs.view(exchange.tenant(), id, jobs.find(exchange.tenant(), id))));
  }
}
