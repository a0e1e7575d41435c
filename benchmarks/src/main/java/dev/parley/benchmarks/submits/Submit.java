package dev.parley.benchmarks.submits;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.CpuTime;
import dev.parley.benchmarks.rig.HttpLoad;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import io.javalin.Javalin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Single messages accepted: authenticated, checked, acknowledged by Kafka; beside a Javalin server
 * that sends the body back, under the same load.
 */
public final class Submit implements Benchmark {

  private static final int CONNECTIONS = 64;
  private static final int SESSIONS = 1_000;
  private static final int WARM_UP_ROUNDS = 10;

  /** So that none comes to its limit of queued messages, which nobody answers here. */
  private static final int TENANTS = 8;

  private static final String BODY =
      "{\"createSession\":true,\"content\":\"" + "What is there to say? ".repeat(5) + "\"}";

  @Override
  public String name() {
    return "submit";
  }

  @Override
  public String description() {
    return "single submits, HTTP in to Kafka's ack out, beside a bare Javalin POST echo";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    Javalin echo =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.concurrency.useVirtualThreads = true;
                  config.jetty.host = "127.0.0.1";
                  config.jetty.port = 0;
                  config.routes.post("/echo", context -> context.result(context.bodyAsBytes()));
                })
            .start();
    try (Stack stack = Stack.start(run, StackPlan.ingest())) {
      String[] keys = new String[TENANTS];
      for (int i = 0; i < TENANTS; i++) {
        keys[i] = "authorization: Bearer " + stack.key("submit-" + i);
      }
      byte[] toEcho = HttpLoad.post("/echo", BODY, keys[0]);
      byte[][] toParley = new byte[SESSIONS][];
      for (int i = 0; i < SESSIONS; i++) {
        toParley[i] = HttpLoad.post("/sessions/session-" + i + "/message", BODY, keys[i % TENANTS]);
      }
      try (HttpLoad bare = new HttpLoad(echo.port(), CONNECTIONS, 200, i -> toEcho);
          HttpLoad submits =
              new HttpLoad(stack.port(), CONNECTIONS, 202, i -> toParley[i % SESSIONS])) {
        return compare(run, bare, submits);
      }
    } finally {
      echo.stop();
    }
  }

  private static List<Result> compare(Run run, HttpLoad bare, HttpLoad submits) throws IOException {
    Duration round = Duration.ofMillis(run.scaled(5_000));
    // By turns here too: a connection that rests for long is closed.
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      bare.run(round.dividedBy(5));
      submits.run(round);
    }
    List<Double> echoed = new ArrayList<>();
    List<Double> accepted = new ArrayList<>();
    for (int i = 0; i < run.rounds(); i++) {
      echoed.add(bare.run(round));
      CpuTime before = CpuTime.now();
      accepted.add(submits.run(round));
      run.say(
          "echoed %.0f/s, accepted %.0f/s, CPU per submit %s"
              .formatted(
                  echoed.getLast(),
                  accepted.getLast(),
                  CpuTime.now()
                      .since(before)
                      .perItem((long) (accepted.getLast() * round.toMillis() / 1_000))));
    }
    return List.of(
        Result.ratio(
            "accepted beside echoed",
            Figures.median(accepted),
            Figures.median(echoed),
            "/s",
            Target.atLeast(0.45)));
  }
}
