package dev.parley.benchmarks.submits;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Bulk;
import dev.parley.benchmarks.rig.CpuTime;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Messages accepted in bulk, beside Kafka's own ProducerPerformance with records of the same size
 * and the same acks.
 */
public final class BulkSubmit implements Benchmark {

  private static final int MESSAGES = 200_000;
  private static final int WARM_UP_ROUNDS = 14;

  /** How many times as many the reference sends, to take about as long. */
  private static final int LONGER = 4;

  private static final int LINES = 5_000;
  private static final int LINE_BYTES = 450;
  private static final int CLIENTS = 2;
  private static final int SESSIONS = 1_000;

  @Override
  public String name() {
    return "bulk";
  }

  @Override
  public String description() {
    return "bulk submits (NDJSON) beside Kafka's ProducerPerformance, messages of 450 bytes";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    List<Double> produced = new ArrayList<>();
    List<Double> accepted = new ArrayList<>();
    int messages = run.scaled(MESSAGES);
    List<byte[]> requests = requests();
    try (Stack stack = Stack.start(run, StackPlan.ingest());
        ProducerReference reference = ProducerReference.start(stack.kafka())) {
      for (int i = 0; i < WARM_UP_ROUNDS; i++) {
        reference.measure(messages, LINE_BYTES);
        send(stack, "warm-up-" + i, requests, messages);
      }
      for (int i = 0; i < run.rounds(); i++) {
        CpuTime start = CpuTime.now();
        produced.add(reference.measure(messages * LONGER, LINE_BYTES));
        CpuTime before = CpuTime.now();
        accepted.add(send(stack, "round-" + i, requests, messages));
        run.say(
            "produced %.0f/s, CPU per record %.1f us; accepted %.0f/s, CPU per message %.1f us; %.2f"
                .formatted(
                    produced.getLast(),
                    micros(before.since(start), messages * LONGER),
                    accepted.getLast(),
                    micros(CpuTime.now().since(before), messages),
                    accepted.getLast() / produced.getLast()));
      }
    }
    return List.of(
        Result.ofRounds("accepted beside produced", accepted, produced, "/s", Target.atLeast(0.4)));
  }

  private static double micros(CpuTime time, int items) {
    return time.total().toNanos() / 1_000.0 / items;
  }

  /** A few bodies that are sent again and again: making them is not what is measured. */
  private static List<byte[]> requests() {
    Random random = new Random(1);
    List<byte[]> requests = new ArrayList<>();
    for (int r = 0; r < 4; r++) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < LINES; i++) {
        String session = "session-" + random.nextInt(SESSIONS);
        int room = LINE_BYTES - Bulk.line(session, "").length();
        StringBuilder content = new StringBuilder();
        for (int c = 0; c < room; c++) {
          content.append((char) ('A' + random.nextInt(26)));
        }
        lines.append(Bulk.line(session, content.toString()));
      }
      requests.add(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
    return requests;
  }

  /** As another tenant each time, so that none comes to its limit of queued messages. */
  private static double send(Stack stack, String tenant, List<byte[]> requests, int messages)
      throws Exception {
    int calls = Math.max(CLIENTS, messages / LINES);
    long began = System.nanoTime();
    try (Bulk bulk = new Bulk(stack.port(), stack.key(tenant));
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        byte[] body = requests.get(i % requests.size());
        running.add(
            clients.submit(() -> {
              bulk.send(body, LINES);
              return null;
            }));
      }
      for (Future<?> call : running) {
        call.get();
      }
    }
    return calls * (double) LINES / ((System.nanoTime() - began) / 1e9);
  }
}
