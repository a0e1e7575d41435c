package dev.parley.benchmarks.turns;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import dev.parley.benchmarks.rig.Waiting;
import java.util.ArrayList;
import java.util.List;

/** From submit to completed on an idle system, as one client that waits sees it. */
public final class Latency implements Benchmark {

  private static final int WARMING = 2_000;
  private static final int TURNS = 1_000;
  private static final int SESSIONS = 50;

  private static final String MEAN =
      """
      select (1000000 * avg(extract(epoch from %s)))::bigint from jobs
      where session_id like 'session-%%'
      """;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String description() {
    return "submit to completed on an idle system, instant provider, over Prefer: wait";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    StackPlan plan = StackPlan.everything().withProvider(new InstantProvider());
    try (Stack stack = Stack.start(run, plan);
        Waiting client = new Waiting(stack.port(), stack.key("latency"))) {
      for (int i = 0; i < run.scaled(WARMING); i++) {
        client.turn("warm-" + i % SESSIONS, "Message " + i);
      }
      List<Double> times = new ArrayList<>();
      for (int i = 0; i < run.scaled(TURNS); i++) {
        times.add(client.turn("session-" + i % SESSIONS, "Message " + i));
        Thread.sleep(5);
      }
      run.say(
          "on average %d us from accepted to started, %d us from there to the end of the call"
              .formatted(
                  stack.query(MEAN.formatted("started_at - created_at")),
                  stack.query(MEAN.formatted("completed_at - started_at"))));
      return List.of(
          Result.alone("p50", Figures.percentile(times, 0.50), "ms", Target.atMost(15)),
          Result.alone("p99", Figures.percentile(times, 0.99), "ms", Target.atMost(50)));
    }
  }
}
