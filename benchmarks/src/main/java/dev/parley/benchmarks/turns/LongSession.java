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
import java.util.ArrayList;
import java.util.List;

/**
 * What a turn costs in a session of a thousand turns beside one in a session of fifty: turns of
 * both are taken by turns, so that both meet the same machine.
 */
public final class LongSession implements Benchmark {

  private static final int SESSIONS = 10;
  private static final int MEASURED = 10;

  @Override
  public String name() {
    return "long-session";
  }

  @Override
  public String description() {
    return "submit to completed at turn 1,000 of a session beside turn 50";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    StackPlan plan = StackPlan.everything().withProvider(new InstantProvider());
    try (Stack stack = Stack.start(run, plan);
        Bulk bulk = new Bulk(stack.port(), stack.key("long"));
        Waiting client = new Waiting(stack.port(), stack.key("long"))) {
      int end = run.scaled(1_000);
      fill(stack, bulk, "long", end - MEASURED / 2);
      fill(stack, bulk, "short", Math.min(50, end) - MEASURED / 2);
      List<Double> early = new ArrayList<>();
      List<Double> late = new ArrayList<>();
      for (int i = 0; i < MEASURED; i++) {
        for (int s = 0; s < SESSIONS; s++) {
          early.add(client.turn("short-" + s, "Message " + i));
          late.add(client.turn("long-" + s, "Message " + i));
        }
      }
      return List.of(
          Result.ratio(
              "turn 1,000 beside turn 50",
              Figures.median(late),
              Figures.median(early),
              "ms",
              Target.atMost(1.2)));
    }
  }

  private static void fill(Stack stack, Bulk bulk, String prefix, int turns) throws Exception {
    long goal = stack.completed() + (long) turns * SESSIONS;
    for (int i = 0; i < turns; i++) {
      StringBuilder lines = new StringBuilder();
      for (int s = 0; s < SESSIONS; s++) {
        lines.append(Bulk.line(prefix + "-" + s, "Message number " + i));
      }
      bulk.send(lines.toString().getBytes(StandardCharsets.UTF_8), SESSIONS);
    }
    while (stack.completed() < goal) {
      Thread.sleep(20);
    }
  }
}
