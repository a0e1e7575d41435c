package dev.parley.benchmarks.turns;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Bulk;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import dev.parley.benchmarks.rig.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Streaming calls at the same time in one worker process with a heap of 1 GiB. */
public final class InFlight implements Benchmark {

  private static final int CALLS = 10_000;
  private static final int LINES = 1_000;
  private static final int GIVE_UP_SECONDS = 240;

  @Override
  public String name() {
    return "in-flight";
  }

  @Override
  public String description() {
    return "10,000 streaming calls at once in one worker process with -Xmx1g";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    int calls = run.scaled(CALLS);
    StackPlan plan =
        new StackPlan(false, true, null, "latency=1s tokens=60 rate=1", java.util.Map.of())
            .withVariable("WORKER_MAX_IN_FLIGHT", "12000");
    try (Stack stack = Stack.start(run, plan);
        WorkerProcess worker =
            WorkerProcess.start(
                stack.variables(), "1g", run.directory("worker").resolve("worker.log"));
        Bulk bulk = new Bulk(stack.port(), stack.key("many"))) {
      for (int from = 0; from < calls; from += LINES) {
        int count = Math.min(LINES, calls - from);
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < from + count; i++) {
          lines.append(Bulk.line("session-" + i, "Message number " + i));
        }
        bulk.send(lines.toString().getBytes(StandardCharsets.UTF_8), count);
      }
      long completed = awaitEnded(run, stack, worker, calls);
      return List.of(
          Result.alone(
              "streaming calls at once",
              stack.simulator().calls().stats().peakInFlight(),
              "",
              Target.atLeast(calls)),
          Result.alone("of them completed", (double) completed, "", Target.atLeast(calls)));
    }
  }

  private static long awaitEnded(Run run, Stack stack, WorkerProcess worker, int calls)
      throws Exception {
    long began = System.nanoTime();
    while (true) {
      Thread.sleep(2_000);
      long ended =
          stack.query(
              "select count(*) from jobs where status in ('completed', 'failed', 'expired')");
      long seconds = (System.nanoTime() - began) / 1_000_000_000;
      run.say(
          "after %d s: %d calls in flight, %d jobs ended"
              .formatted(seconds, stack.simulator().calls().stats().inFlight(), ended));
      if (ended >= calls || !worker.isAlive() || seconds > GIVE_UP_SECONDS) {
        return stack.query("select count(*) from jobs where status = 'completed' and attempt = 1");
      }
    }
  }
}
