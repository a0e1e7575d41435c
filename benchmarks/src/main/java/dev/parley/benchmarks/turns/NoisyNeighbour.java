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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

  private static final String STAGE =
      """
      select 1000 * extract(epoch from %s) from jobs where session_id like 'quiet-%%'
      order by created_at, job_id limit %d offset %d
      """;

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
      tellStages(run, stack, alone, 1);
      tellStages(run, stack, beside, 2);
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

  /** Where the time of the third of the samples that begins there went. */
  private static void tellStages(Run run, Stack stack, List<Double> whole, int third)
      throws SQLException {
    int samples = whole.size();
    List<Double> queued =
        stack.column(STAGE.formatted("started_at - created_at", samples, third * samples));
    List<Double> called =
        stack.column(STAGE.formatted("completed_at - started_at", samples, third * samples));
    List<Double> rest = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      rest.add(whole.get(i) - queued.get(i) - called.get(i));
    }
    tell(run, "accepted to started", queued);
    tell(run, "started to answered", called);
    tell(run, "the rest", rest);
    List<Integer> slowest =
        IntStream.range(0, samples)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -whole.get(i)))
            .limit(6)
            .toList();
    run.say(
        "slowest: "
            + slowest.stream()
                .map(i ->
                    "%d. %.0f = %.0f + %.0f + %.0f"
                        .formatted(i, whole.get(i), queued.get(i), called.get(i), rest.get(i)))
                .collect(Collectors.joining("; ")));
  }

  private static void tell(Run run, String stage, List<Double> times) {
    run.say(
        "%s: p50 %.0f ms, p90 %.0f ms, p99 %.0f ms"
            .formatted(
                stage,
                Figures.percentile(times, 0.50),
                Figures.percentile(times, 0.90),
                Figures.percentile(times, 0.99)));
  }

  private static List<Double> sample(Waiting quiet, int turns) throws Exception {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      times.add(quiet.turn("quiet-" + i % 20, "Message " + i));
    }
    return times;
  }
}
