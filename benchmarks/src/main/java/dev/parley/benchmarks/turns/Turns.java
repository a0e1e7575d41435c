package dev.parley.benchmarks.turns;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Bulk;
import dev.parley.benchmarks.rig.CpuTime;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Completed turns a second, from the first message sent to the last turn completed, with everything
 * in this process: load, HTTP API, broker, worker, aggregator; PostgreSQL and Redis beside it.
 */
public final class Turns implements Benchmark {

  private static final int TURNS = 20_000;
  private static final int SESSIONS = 2_000;
  private static final int LINES = 500;
  private static final int TENANTS = 4;

  /**
   * Rounds until the compiler has little left to do: it takes half of the CPU in the first and
   * still a quarter in the fourth, in a process that is meant to run for weeks.
   */
  private static final int WARMING = 8;

  private final String name;
  private final String provider;
  private final StackPlan plan;

  private Turns(String name, String provider, StackPlan plan) {
    this.name = name;
    this.provider = provider;
    this.plan = plan;
  }

  /** With a provider that answers in the worker's process. */
  public static Turns inProcess() {
    return new Turns(
        "turns", "provider in process", StackPlan.everything().withProvider(new InstantProvider()));
  }

  /** With the simulator, which speaks a provider's wire format over HTTP, in the same process. */
  public static Turns overHttp() {
    return new Turns("turns-http", "simulator over HTTP", StackPlan.everything());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return "completed turns a second, bulk submits, instant " + provider;
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    try (Stack stack = Stack.start(run, plan)) {
      for (int i = 0; i < WARMING; i++) {
        round(run, stack, "w" + i, run.scaled(TURNS));
      }
      List<Double> rates = new ArrayList<>();
      for (int i = 0; i < run.rounds(); i++) {
        rates.add(round(run, stack, "r" + i, run.scaled(TURNS)));
      }
      return List.of(Result.alone(provider, Figures.median(rates), "/s", Target.atLeast(3_000)));
    }
  }

  private double round(Run run, Stack stack, String name, int turns)
      throws IOException, InterruptedException, SQLException {
    long completed = stack.completed();
    CpuTime cpu = CpuTime.now();
    long began = System.nanoTime();
    send(stack, name, turns);
    double sent = seconds(began);
    while (stack.completed() < completed + turns) {
      Thread.sleep(5);
    }
    double all = seconds(began);
    CpuTime used = CpuTime.now().since(cpu);
    while (stack.query("select coalesce(sum(request_count), 0) from usage_totals")
        < completed + turns) {
      Thread.sleep(20);
    }
    run.say(
        "%s: %d turns in %.2f s (sent in %.2f s, totals after %.2f s), %.0f/s, CPU per turn %s"
            .formatted(name, turns, all, sent, seconds(began), turns / all, used.perItem(turns)));
    return turns / all;
  }

  private static void send(Stack stack, String name, int turns)
      throws IOException, InterruptedException {
    List<Bulk> tenants = new ArrayList<>();
    for (int i = 0; i < TENANTS; i++) {
      tenants.add(new Bulk(stack.port(), stack.key("tenant-" + i)));
    }
    try {
      for (int from = 0; from < turns; from += LINES) {
        int count = Math.min(LINES, turns - from);
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < from + count; i++) {
          // neighbours in one session come as far apart as can be
          lines.append(Bulk.line(name + "-" + i % SESSIONS, "Message number " + i));
        }
        tenants
            .get(from / LINES % TENANTS)
            .send(lines.toString().getBytes(StandardCharsets.UTF_8), count);
      }
    } finally {
      tenants.forEach(Bulk::close);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
