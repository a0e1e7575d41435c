package dev.parley.benchmarks.submits;

import dev.parley.benchmarks.Benchmark;
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

  /** A round is so many seconds of each, by turns: a second is good to both or bad to both. */
  private static final int SLICES = 5;

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
    Duration slice = Duration.ofMillis(run.scaled(1_000));
    // By turns here too: a connection that rests for long is closed.
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      bare.run(slice);
      submits.run(slice.multipliedBy(SLICES));
    }
    List<Double> echoed = new ArrayList<>();
    List<Double> accepted = new ArrayList<>();
    for (int i = 0; i < run.rounds(); i++) {
      double echo = 0;
      double accept = 0;
      CpuTime used = CpuTime.NONE;
      for (int n = 0; n < SLICES; n++) {
        echo += bare.run(slice) / SLICES;
        CpuTime before = CpuTime.now();
        accept += submits.run(slice) / SLICES;
        used = used.plus(CpuTime.now().since(before));
      }
      echoed.add(echo);
      accepted.add(accept);
      run.say(
          "echoed %.0f/s, accepted %.0f/s, %.2f, CPU per submit %s"
              .formatted(
                  echo,
                  accept,
                  accept / echo,
                  used.perItem((long) (accept * SLICES * slice.toMillis() / 1_000))));
    }
    return List.of(
        Result.ofRounds("accepted beside echoed", accepted, echoed, "/s", Target.atLeast(0.45)));
  }
}
