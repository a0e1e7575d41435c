package dev.parley.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.BudgetStore;
import dev.parley.storage.BudgetStore.Claim;
import dev.parley.storage.BudgetStore.Verdict;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class PostgresBudgetStoreIT {

  private static final YearMonth MARCH = YearMonth.of(2026, 3);
  private static final Instant IN_MARCH = Instant.parse("2026-03-31T23:59:59.999Z");
  private static final Instant IN_APRIL = Instant.parse("2026-04-01T00:00:00Z");

  private final BudgetStore budgets = new PostgresBudgetStore(Services.database());
  private final PostgresTurnWriter ledger = new PostgresTurnWriter(Services.database());
  private final SessionKey session = Samples.session();
  private final TenantId tenant = session.tenantId();

  @Test
  void holdsCountAgainstTheBudgetUntilTheyAreReleased() {
    JobId first = Samples.job();
    assertThat(claim(first, "0.6", "1").fits()).isTrue();
    Verdict second = claim(Samples.job(), "0.5", "1");
    assertThat(second.fits()).isFalse();
    assertThat(second.heldUsd()).isEqualByComparingTo("0.6");

    budgets.release(List.of(first));
    assertThat(claim(Samples.job(), "1", "1").fits()).isTrue();
  }

  @Test
  void aJobThatClaimsAgainReplacesItsHold() {
    JobId job = Samples.job();
    claim(job, "0.6", "1");
    assertThat(claim(job, "0.9", "1").fits()).isTrue();
    assertThat(claim(Samples.job(), "0.1", "1").heldUsd()).isEqualByComparingTo("0.9");
  }

  @Test
  void whatTheLedgerHearsOfTakesThePlaceOfTheHold() {
    JobId job = Samples.job();
    claim(job, "0.6", "1");
    ledger.record(List.of(spent(job, IN_MARCH, "0.25")));
    ledger.record(List.of(spent(job, IN_MARCH, "0.25")));

    Verdict after = claim(Samples.job(), "0.75", "1");

    assertThat(after.spentUsd()).isEqualByComparingTo("0.25");
    assertThat(after.heldUsd()).isEqualByComparingTo("0");
    assertThat(after.fits()).isTrue();
  }

  @Test
  void whatWasSpentBeforeThereWasABudgetCountsAndOtherMonthsDoNot() {
    ledger.record(
        List.of(
            spent(Samples.job(), IN_MARCH, "0.3"),
            spent(Samples.job(), IN_MARCH, null),
            spent(Samples.job(), IN_APRIL, "5")));

    assertThat(claim(Samples.job(), "0.1", "1").spentUsd()).isEqualByComparingTo("0.3");
    ledger.record(List.of(spent(Samples.job(), IN_APRIL, "7")));
    assertThat(claim(Samples.job(), "0.1", "1").spentUsd()).isEqualByComparingTo("0.3");
  }

  @Test
  void aHoldThatNobodyEndsEndsByItself() {
    Claim left = claimOf(Samples.job(), "0.9", "1", true, Duration.ZERO);
    budgets.hold(List.of(left));
    assertThat(claim(Samples.job(), "0.9", "1").fits()).isTrue();
  }

  @Test
  void aClaimThatIsNotEnforcedIsHeldThoughItDoesNotFit() {
    Claim warned = claimOf(Samples.job(), "3", "1", false, Duration.ofMinutes(1));
    assertThat(budgets.hold(List.of(warned)).getFirst().fits()).isFalse();
    assertThat(claim(Samples.job(), "0.1", "1").heldUsd()).isEqualByComparingTo("3");
  }

  @Test
  void ofAHundredClaimsAtOnceExactlyThoseThatFitAreGranted() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Verdict>> claims = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        claims.add(() -> claim(Samples.job(), "0.1", "1"));
      }
      long granted = 0;
      for (Future<Verdict> verdict : threads.invokeAll(claims)) {
        granted += verdict.get().fits() ? 1 : 0;
      }
      assertThat(granted).isEqualTo(10);
    }
  }

  @Test
  void nothingIsMissedWhenTheFirstClaimComesWhileTheLedgerIsWritten() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> writes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        boolean claims = i == 100;
        writes.add(() -> {
          if (claims) {
            claim(Samples.job(), "0", "1000");
          }
          ledger.record(List.of(spent(Samples.job(), IN_MARCH, "0.01")));
          return true;
        });
      }
      for (Future<Boolean> write : threads.invokeAll(writes)) {
        write.get();
      }
    }
    assertThat(claim(Samples.job(), "0", "1000").spentUsd()).isEqualByComparingTo("2.00");
  }

  private Verdict claim(JobId job, String amount, String budget) {
    return budgets
        .hold(List.of(claimOf(job, amount, budget, true, Duration.ofMinutes(1))))
        .getFirst();
  }

  private Claim claimOf(
      JobId job, String amount, String budget, boolean enforced, Duration atMost) {
    return new Claim(
        job, tenant, MARCH, new BigDecimal(amount), new BigDecimal(budget), enforced, atMost);
  }

  private UsageEvent spent(JobId job, Instant at, String cost) {
    return Samples.usage(
        job, session, 1, at, "model-a", cost == null ? null : new BigDecimal(cost));
  }
}
