package dev.parley.worker.turn;

import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** Counts how turns end. */
final class TurnMetrics {

  private final Map<JobStatus, Counter> ended = new EnumMap<>(JobStatus.class);
  private final Counter fenced;

  TurnMetrics(MeterRegistry registry) {
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

  void fenced() {
    fenced.increment();
  }
}
