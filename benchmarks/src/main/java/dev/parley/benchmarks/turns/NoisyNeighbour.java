package dev.parley.benchmarks.turns;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Bulk;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import dev.parley.benchmarks.rig.Waiting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a tenant's turns take while another one has 100,000 messages queued, beside when it is
 * alone. The provider takes 100 ms and 100 calls may be in flight, so that calls are what is
 * scarce, as they are with real providers.
 */
public final class NoisyNeighbour implements Benchmark {

  private static final Duration LATENCY = Duration.ofMillis(100);
  private static final String MAX_IN_FLIGHT = "100";
  private static final int QUEUED = 100_000;
  private static final int LINES = 10_000;
  private static final int NOISY_SESSIONS = 2_000;
  private static final int SAMPLES = 300;

  @Override
  public String name() {
    return "noisy-neighbour";
  }

  @Override
  public String description() {
    return "p99 of a quiet tenant while another has 100,000 queued, beside its p99 alone";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    StackPlan plan =
        StackPlan.everything()
            .withProvider(new SlowProvider(LATENCY))
            .withVariable("WORKER_MAX_IN_FLIGHT", MAX_IN_FLIGHT);
    try (Stack stack = Stack.start(run, plan);
        Bulk noisy = new Bulk(stack.port(), stack.key("noisy"));
        Waiting quiet = new Waiting(stack.port(), stack.key("quiet"))) {
      sample(quiet, run.scaled(SAMPLES));
      List<Double> alone = sample(quiet, run.scaled(SAMPLES));
      int queued = run.scaled(QUEUED);
      for (int from = 0; from < queued; from += LINES) {
        int count = Math.min(LINES, queued - from);
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < from + count; i++) {
          lines.append(Bulk.line("noisy-" + i % NOISY_SESSIONS, "Message number " + i));
        }
        noisy.send(lines.toString().getBytes(StandardCharsets.UTF_8), count);
      }
      run.say("%d queued, %d of them done already".formatted(queued, stack.completed()));
      List<Double> beside = sample(quiet, run.scaled(SAMPLES));
      run.say("%d done at the end".formatted(stack.completed()));
      return List.of(
          Result.ratio(
              "p99 beside a backlog",
              Figures.percentile(beside, 0.99),
              Figures.percentile(alone, 0.99),
              "ms",
              Target.atMost(2)),
          Result.ratio(
              "p50 beside a backlog",
              Figures.percentile(beside, 0.50),
              Figures.percentile(alone, 0.50),
              "ms",
              Target.none()));
    }
  }

  private static List<Double> sample(Waiting quiet, int turns) throws Exception {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      times.add(quiet.turn("quiet-" + i % 20, "Message " + i));
    }
    return times;
  }
}
