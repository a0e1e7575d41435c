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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long GET /usage takes for a tenant with a million rows in the ledger. */
public final class UsageQueries implements Benchmark {

  private static final int ROWS = 1_000_000;
  private static final int SLICE = 100_000;
  private static final int CALLS = 300;

  /** What takes long is asked less often. */
  private static final long LIMIT_NANOS = 10_000_000_000L;

  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public String name() {
    return "usage-queries";
  }

  @Override
  public String description() {
    return "GET /usage for a tenant with a million rows, p99 of up to " + CALLS + " calls";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    try (Stack stack = Stack.start(run, StackPlan.ingest())) {
      fill(stack, run.scaled(ROWS));
      String key = stack.key("big");
      String off = "since=2026-01-10T00:17:00Z&until=2026-01-24T13:41:00Z";
      String whole = "since=2026-01-10T00:00:00Z&until=2026-01-24T13:00:00Z";
      Map<String, String> questions = new LinkedHashMap<>();
      questions.put("all, by model", "/usage");
      questions.put("two weeks of whole hours", "/usage?" + whole);
      questions.put("two weeks off the hour", "/usage?" + off);
      questions.put("the same by provider, model", "/usage?groupBy=provider,model&" + off);
      questions.put("the same by day", "/usage?groupBy=day&" + off);
      questions.put("by day, in Berlin", "/usage?groupBy=day,model&timezone=Europe/Berlin");
      questions.put("by day, in Kolkata", "/usage?groupBy=day&timezone=Asia/Kolkata");
      questions.put("by day, in Kathmandu", "/usage?groupBy=day,model&timezone=Asia/Kathmandu");
      questions.put("by month, in Kolkata", "/usage?groupBy=month&timezone=Asia/Kolkata");
      questions.put("one model, by hour", "/usage?groupBy=hour&model=model-1");
      questions.put("one session", "/usage?sessionId=s-17");
      questions.put("one bot", "/usage?botId=bot-17");
      questions.put(
          "two days by hour, in Kolkata",
          "/usage?groupBy=hour&timezone=Asia/Kolkata&since=2026-01-10&until=2026-01-12");
      questions.put("a month by hour, in Kolkata", "/usage?groupBy=hour&timezone=Asia/Kolkata");
      questions.put("a month by session", "/usage?groupBy=session");
      questions.put("two weeks by session", "/usage?groupBy=session&" + whole);
      questions.put("a month by bot, model, day", "/usage?groupBy=bot,model,day");
      List<Result> results = new ArrayList<>();
      String fresh = "two days by hour, in Kolkata, not rolled up";
      results.add(measured(run, stack, key, fresh, questions.get("two days by hour, in Kolkata")));
      long begin = System.nanoTime();
      stack.rollUp();
      run.say("a month rolled up in %.1f s".formatted((System.nanoTime() - begin) / 1e9));
      stack.execute("analyze");
      for (Map.Entry<String, String> question : questions.entrySet()) {
        results.add(measured(run, stack, key, question.getKey(), question.getValue()));
      }
      return results;
    }
  }

  private static void fill(Stack stack, int rows) throws Exception {
    // in slices, each of which is done before the driver gives up waiting
    for (int done = 0; done < rows; done += SLICE) {
      fill(stack, done + 1, Math.min(rows, done + SLICE));
    }
    stack.execute(
        """
        insert into usage_totals
        select tenant_id, date_trunc('hour', occurred_at, 'UTC'), provider, model, count(*), count(*),
          sum(input_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cached_tokens),
          sum(cached_write_tokens), sum(cost_usd), 0, 0
        from usage_events group by 1, 2, 3, 4
        """);
    stack.execute(
        """
        insert into usage_rollups_due
        select distinct 'hour', hour, tenant_id from usage_totals
        union all
        select distinct 'day', date_trunc('day', hour, 'UTC'), tenant_id from usage_totals
        """);
    stack.execute("analyze");
  }

  private static void fill(Stack stack, int from, int to) throws Exception {
    stack.execute(
        """
        insert into usage_events (event_id, job_id, tenant_id, session_id, bot_id, provider, model,
          finish_reason, duration_ms, occurred_at, routing_decision, input_tokens, output_tokens,
          cached_tokens, cached_read_tokens, cached_write_tokens, reasoning_tokens, cost_usd,
          price_version, estimated)
        select 'e' || i, 'j' || i, 'big', 's-' || i %% 2000, 'bot-' || i %% 1000, 'openai',
          'model-' || i %% 5, 'stop', 100, timestamptz '2026-01-01 00:00:00Z' + i * interval '2.592 s',
          'default', i %% 1000, i %% 300, 0, 0, 0, 0, (i %% 1000) * 0.00000015, 'book-1', false
        from generate_series(%d, %d) as i
        """
            .formatted(from, to));
  }

  private Result measured(Run run, Stack stack, String key, String what, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stack.port() + path))
            .header("authorization", "Bearer " + key)
            .build();
    List<Double> millis = new ArrayList<>();
    long first = System.nanoTime();
    for (int i = -20; i < CALLS && (i < 10 || System.nanoTime() - first < LIMIT_NANOS); i++) {
      long begin = System.nanoTime();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException(path + " answered " + answer.statusCode());
      }
      if (i >= 0) {
        millis.add((System.nanoTime() - begin) / 1e6);
      }
    }
    run.say("%s: median %.1f ms".formatted(what, Figures.median(millis)));
    return Result.alone(what, Figures.percentile(millis, 0.99), "ms", Target.atMost(50));
  }
}
