package dev.parley.storage;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.YearMonth;
import java.util.Collection;
import java.util.List;

/**
 * Knows what tenants with a budget have spent in a month, and keeps what is being spent from being
 * promised twice. What a tenant has spent is the sum of its ledger rows of the month; a hold ends
 * when the ledger hears of its job, when it is released, or when its time is over.
 */
public interface BudgetStore {

  /**
   * Decides upon claims in order, each knowing what those before it took. A job has one hold at
   * most: a later claim of the same job replaces the earlier one.
   *
   * @return a verdict for each, in order
   */
  List<Verdict> hold(List<Claim> claims);

  /** Ends the holds of jobs that cost nothing after all. */
  void release(Collection<JobId> jobIds);

  /**
   * What a job asks for before it calls a provider.
   *
   * @param month in UTC
   * @param amountUsd the most that the call may cost
   * @param budgetUsd the tenant's budget of that month
   * @param enforced whether nothing is held when it does not fit
   * @param atMost how long the hold lasts when nobody ends it
   */
  record Claim(
      JobId jobId,
      TenantId tenantId,
      YearMonth month,
      BigDecimal amountUsd,
      BigDecimal budgetUsd,
      boolean enforced,
      Duration atMost) {}

  /**
   * What came of a claim.
   *
   * @param fits whether what was spent, what is held and the amount are within the budget
   * @param spentUsd in that month so far
   * @param heldUsd by other jobs
   */
  record Verdict(boolean fits, BigDecimal spentUsd, BigDecimal heldUsd) {}
}
