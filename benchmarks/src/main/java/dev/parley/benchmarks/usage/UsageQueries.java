package dev.parley.benchmarks.usage;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** How long GET /usage takes for a tenant with a million rows in the ledger. */
public final class UsageQueries implements Benchmark {

  private static final int ROWS = 1_000_000;
  private static final int CALLS = 300;

  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public String name() {
    return "usage-queries";
  }

  @Override
  public String description() {
    return "GET /usage for a tenant with a million rows, p99 of " + CALLS + " calls";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    try (Stack stack = Stack.start(run, StackPlan.ingest())) {
      fill(stack, run.scaled(ROWS));
      String key = stack.key("big");
      String since = "since=2026-01-10T00:17:00Z&until=2026-01-24T13:41:00Z";
      return List.of(
          measured(stack, key, "all, by model", "/usage"),
          measured(stack, key, "by day, of two weeks off the hour", "/usage?groupBy=day&" + since),
          measured(
              stack, key, "by day, in Berlin", "/usage?groupBy=day,model&timezone=Europe/Berlin"),
          measured(stack, key, "by day, in Kolkata", "/usage?groupBy=day&timezone=Asia/Kolkata"),
          measured(stack, key, "one session", "/usage?sessionId=s-17"),
          measured(stack, key, "one bot", "/usage?botId=bot-17"));
    }
  }

  private static void fill(Stack stack, int rows) throws Exception {
    stack.execute(
        """
        insert into usage_events (event_id, job_id, tenant_id, session_id, bot_id, provider, model,
          finish_reason, duration_ms, occurred_at, routing_decision, input_tokens, output_tokens,
          cached_tokens, cached_read_tokens, cached_write_tokens, reasoning_tokens, cost_usd,
          price_version, estimated)
        select 'e' || i, 'j' || i, 'big', 's-' || i %% 2000, 'bot-' || i %% 1000, 'openai',
          'model-' || i %% 5, 'stop', 100, timestamptz '2026-01-01 00:00:00Z' + i * interval '2.592 s',
          'default', i %% 1000, i %% 300, 0, 0, 0, 0, (i %% 1000) * 0.00000015, 'book-1', false
        from generate_series(1, %d) as i
        """
            .formatted(rows));
    stack.execute(
        """
        insert into usage_totals
        select tenant_id, date_trunc('hour', occurred_at, 'UTC'), provider, model, count(*), count(*),
          sum(input_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cached_tokens),
          sum(cached_write_tokens), sum(cost_usd), 0, 0
        from usage_events group by 1, 2, 3, 4
        """);
    stack.execute("analyze");
  }

  private Result measured(Stack stack, String key, String what, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stack.port() + path))
            .header("authorization", "Bearer " + key)
            .build();
    List<Double> millis = new ArrayList<>();
    for (int i = -20; i < CALLS; i++) {
      long begin = System.nanoTime();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException(path + " answered " + answer.statusCode());
      }
      if (i >= 0) {
        millis.add((System.nanoTime() - begin) / 1e6);
      }
    }
    return Result.alone(what, Figures.percentile(millis, 0.99), "ms", Target.atMost(50));
  }
}
