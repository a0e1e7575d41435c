package dev.parley.worker.turn;

import dev.parley.schemas.JobId;
import dev.parley.storage.BudgetStore;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.worker.provider.ProviderCall;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one tenant has spent and holds, in memory. */
final class FakeBudgets implements BudgetStore {

  final List<Claim> claims = new ArrayList<>();
  final List<JobId> released = new ArrayList<>();
  final MeterRegistry metrics = new SimpleMeterRegistry();
  BigDecimal spent = BigDecimal.ZERO;
  @Nullable BigDecimal monthly;
  @Nullable BudgetAction action;

  /** A guard that has begun, and estimates a token for each UTF-16 unit. */
  BudgetGuard guard(Pricing pricing, Instant now) {
    BudgetGuard guard =
        new BudgetGuard(
            this,
            tenant -> {
              TenantSettings none = TenantSettings.defaults(tenant);
              return new TenantSettings(
                  tenant, null, null, null, null, null, monthly, action, 1, none.updatedAt());
            },
            pricing,
            BudgetAction.THROW,
            FakeBudgets::inputTokens,
            new TurnMetrics(metrics),
            Clock.fixed(now, ZoneOffset.UTC));
    guard.start();
    return guard;
  }

  static long inputTokens(ProviderCall call) {
    return TurnEnds.inputTokens(call, message -> message.content().text().length());
  }

  @Override
  public synchronized List<Verdict> hold(List<Claim> asked) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Claim claim : asked) {
      claims.add(claim);
      boolean fits = spent.add(claim.amountUsd()).compareTo(claim.budgetUsd()) <= 0;
      verdicts.add(new Verdict(fits, spent, BigDecimal.ZERO));
    }
    return verdicts;
  }

  @Override
  public synchronized void release(Collection<JobId> jobIds) {
    released.addAll(jobIds);
  }
}
