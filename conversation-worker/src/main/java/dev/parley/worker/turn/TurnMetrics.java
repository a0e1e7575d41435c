package dev.parley.worker.turn;

import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import dev.parley.storage.TenantSettings.BudgetAction;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts how turns end. */
final class TurnMetrics {

  private final Map<JobStatus, Counter> ended = new EnumMap<>(JobStatus.class);
  private final Counter fenced;
  private final MeterRegistry registry;

  TurnMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (JobStatus status : JobStatus.values()) {
      if (status.isFinal()) {
        ended.put(
            status,
            Counter.builder("parley.turns.ended")
                .description("jobs that this worker ended")
                .tag("status", status.wireName())
                .register(registry));
      }
    }
    fenced =
        Counter.builder("parley.turns.fenced")
            .description("turn ends refused because somebody else had ended or claimed the job")
            .register(registry);
  }

  void ended(JobOutcome outcome) {
    Counter counter = ended.get(outcome.status());
    if (counter != null) {
      counter.increment();
    }
  }

  /** A call that failed on one route goes to the next one. */
  void fellBack(String provider, String cause) {
    Counter.builder("parley.routing.fallbacks")
        .description("calls that went on to another route")
        .tag("provider", provider)
        .tag("cause", cause)
        .register(registry)
        .increment();
  }

  /** A call that may cost more than a budget has left. */
  void beyondBudget(String scope, BudgetAction action) {
    Counter.builder("parley.budget.exceeded")
        .description("calls that a budget did not allow for, by what was done about them")
        .tag("budget", scope)
        .tag("action", action.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }

  void fenced() {
    fenced.increment();
  }
}
