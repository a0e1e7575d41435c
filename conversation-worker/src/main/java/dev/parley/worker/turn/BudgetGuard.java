package dev.parley.worker.turn;

import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Submission;
import dev.parley.schemas.TenantId;
import dev.parley.storage.BudgetStore;
import dev.parley.storage.BudgetStore.Claim;
import dev.parley.storage.BudgetStore.Verdict;
import dev.parley.storage.Session;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.batch.GroupCommit;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.Router.Route;
import dev.parley.worker.turn.Admission.CallHistory;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a call through when the budgets of its request, its session and its tenant's month allow
 * what it may cost at most: the estimated input and the longest answer. Turns without any budget
 * pass at the price of a look into a map. Thread-safe.
 */
final class BudgetGuard implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BudgetGuard.class);

  private static final int MAX_CLAIMS = 256;

  /** Beyond the deadline of a call, for writing its end. */
  private static final Duration HOLD_MARGIN = Duration.ofMinutes(5);

  private final BudgetStore budgets;
  private final Function<TenantId, TenantSettings> settings;
  private final Pricing pricing;
  private final BudgetAction action;
  private final ToLongFunction<ProviderCall> inputTokens;
  private final TurnMetrics metrics;
  private final Clock clock;
  private final GroupCommit<Claim, Verdict> claims;

  /**
   * @param action of tenants for whom nothing is set
   */
  BudgetGuard(
      BudgetStore budgets,
      Function<TenantId, TenantSettings> settings,
      Pricing pricing,
      BudgetAction action,
      ToLongFunction<ProviderCall> inputTokens,
      TurnMetrics metrics,
      Clock clock) {
    this.budgets = budgets;
    this.settings = settings;
    this.pricing = pricing;
    this.action = action;
    this.inputTokens = inputTokens;
    this.metrics = metrics;
    this.clock = clock;
    this.claims = new GroupCommit<>("budget-claims", MAX_CLAIMS, 1, budgets::hold);
  }

  void start() {
    claims.start();
  }

  @Override
  public void close() {
    claims.close();
  }

  /**
   * Whose money a call takes.
   *
   * @param ofRequest the budget of the message; null when it has none
   */
  record Spender(
      Submission submission, @Nullable BigDecimal ofRequest, Session session, CallHistory history) {

    static Spender of(PreparedTurn turn) {
      return new Spender(
          turn.submission(),
          turn.submission().options().budgetUsd(),
          turn.conversation().session(),
          turn.history());
    }
  }

  /**
   * Returns what the tenant should be warned of.
   *
   * @throws BudgetStop when the call must not be made
   * @throws StoreUnavailableException when the tenant's spend cannot be looked up
   */
  List<String> admit(Spender spender, Route route, ProviderCall call)
      throws BudgetStop, InterruptedException {
    Session session = spender.session();
    TenantSettings tenant = settings.apply(spender.submission().tenantId());
    BigDecimal ofRequest = spender.ofRequest();
    BigDecimal ofSession = session.budgetUsd();
    BigDecimal ofMonth = tenant.monthlyBudgetUsd();
    if (ofRequest == null && ofSession == null && ofMonth == null) {
      return List.of();
    }
    Check check =
        new Check(spender, tenant.budgetAction() == null ? action : tenant.budgetAction());
    BigDecimal estimate = estimate(route, call);
    if (estimate == null) {
      check.unpriced(route.model());
      return check.warnings;
    }
    BigDecimal paid = spender.history().unrecordedUsd();
    BigDecimal most = spender.history().recordedUsd.add(paid).add(estimate);
    if (ofRequest != null && most.compareTo(ofRequest) > 0) {
      check.exceeded(
          "request",
          "the request may cost up to %s USD and its budget is %s USD"
              .formatted(plain(most), plain(ofRequest)));
    }
    BigDecimal spent = session.totals().costUSD();
    if (ofSession != null && spent.add(most).compareTo(ofSession) > 0) {
      check.exceeded(
          "session",
          "of the session's budget of %s USD %s are spent, and the request may cost up to %s"
              .formatted(plain(ofSession), plain(spent), plain(most)));
    }
    if (ofMonth != null) {
      claim(check, estimate.add(paid), ofMonth, call.deadlines().total());
    }
    return check.warnings;
  }

  private void claim(Check check, BigDecimal amount, BigDecimal budget, Duration longest)
      throws BudgetStop, InterruptedException {
    Submission submission = check.spender.submission();
    YearMonth month = YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
    boolean enforced = check.what != BudgetAction.WARN;
    Verdict verdict =
        claims.submit(
            new Claim(
                submission.jobId(),
                submission.tenantId(),
                month,
                amount,
                budget,
                enforced,
                longest.plus(HOLD_MARGIN)));
    check.spender.history().held |= verdict.fits() || !enforced;
    if (!verdict.fits()) {
      check.exceeded(
          "tenant",
          "of the budget of %s USD for %s %s are spent and %s in use, and the request may cost up to %s"
              .formatted(
                  plain(budget),
                  month,
                  plain(verdict.spentUsd()),
                  plain(verdict.heldUsd()),
                  plain(amount)));
    }
  }

  /** Gives back what is held for a job that the ledger will not hear of for now. */
  void release(JobId jobId, CallHistory history) {
    if (!history.held) {
      return;
    }
    history.held = false;
    try {
      budgets.release(List.of(jobId));
    } catch (StoreUnavailableException e) {
      // It ends by itself, late.
      log.atDebug().setMessage("hold not released").addKeyValue("job", jobId).log();
    }
  }

  /** The most that a call may cost; null when its price is not known. */
  private @Nullable BigDecimal estimate(Route route, ProviderCall call) {
    ProviderUsage usage = ProviderUsage.of(inputTokens.applyAsLong(call), call.maxOutputTokens());
    return pricing.price(route.provider().name(), route.model(), usage, clock.instant()).costUSD();
  }

  private static String plain(BigDecimal amount) {
    BigDecimal short1 = amount.stripTrailingZeros();
    return (short1.scale() < 0 ? short1.setScale(0) : short1).toPlainString();
  }

  /** One call's way past its budgets. */
  private final class Check {
    private final Spender spender;
    private final BudgetAction what;
    private final List<String> warnings = new ArrayList<>(1);

    private Check(Spender spender, BudgetAction what) {
      this.spender = spender;
      this.what = what;
    }

    private void exceeded(String scope, String message) throws BudgetStop {
      act("budget_exceeded", "budget_exceeded:" + scope, scope, message);
    }

    /** What has no price could cost anything: no budget can be kept with it. */
    private void unpriced(String model) throws BudgetStop {
      act(
          "budget_unpriced",
          "budget_unpriced",
          "unpriced",
          "the price of " + model + " is not known, so no budget can be kept");
    }

    private void act(String code, String warning, String scope, String message) throws BudgetStop {
      metrics.beyondBudget(scope, what);
      switch (what) {
        case THROW -> throw new BudgetStop(new JobError(code, message), warning, false);
        case SKIP -> throw new BudgetStop(new JobError(code, message), warning, true);
        case WARN -> {
          warnings.add(warning);
          log.atWarn()
              .setMessage("call beyond a budget")
              .addKeyValue("tenant", spender.submission().tenantId())
              .addKeyValue("job", spender.submission().jobId())
              .addKeyValue("budget", scope)
              .log();
        }
      }
    }
  }
}
