package dev.parley.benchmarks.exports;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.benchmarks.rig.Stack;
import dev.parley.benchmarks.rig.StackPlan;
import dev.parley.infra.DatabaseUrl;
import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.usage.csv.UsageCsv;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * The ledger of a tenant as CSV, against PostgreSQL's COPY TO STDOUT of the same rows in the same
 * order; once in this process, once over HTTP, and once in a process with a heap of 64 MB.
 */
public final class CsvExport implements Benchmark {

  private static final int ROWS = 1_000_000;
  private static final String TENANT = "bench";
  private static final Target TARGET = Target.atLeast(0.7);

  private static final String COPY =
      "copy (select * from usage_events where tenant_id = '"
          + TENANT
          + "' order by occurred_at, event_id) to stdout";

  @Override
  public String name() {
    return "csv";
  }

  @Override
  public String description() {
    return "a tenant's million ledger rows as CSV, against COPY TO STDOUT of the same rows";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    int rows = run.scaled(ROWS);
    try (Stack stack = Stack.start(run, StackPlan.ingest())) {
      run.say("filling the ledger");
      execute(
          stack,
          """
          insert into usage_events (event_id, job_id, tenant_id, session_id, request_id, provider,
            model, finish_reason, duration_ms, occurred_at, routing_decision, metadata, input_tokens,
            output_tokens, cached_tokens, cached_read_tokens, cached_write_tokens, reasoning_tokens,
            cost_usd, price_version, estimated)
          select 'job_' || lpad(i::text, 44, '0') || '.1.1', 'job_' || lpad(i::text, 44, '0'), '%s',
            'session-' || i %% 1000, null, 'openai', 'gpt-5-mini', 'stop', 1000 + i %% 500,
            '2026-01-15T00:00:00Z'::timestamptz + i * interval '80 milliseconds', 'default:gpt-5-mini',
            case when i %% 4 = 0 then '{"botId":"b","team":"north"}'::json end, 900 + i %% 100,
            200 + i %% 50, 100, 100, 0, 20, 0.000123 + i %% 1000 * 0.000001, '2026-01', false
          from generate_series(1, %d) i
          """
              .formatted(TENANT, rows));
      execute(stack, "vacuum analyze usage_events");
      String key = stack.key(TENANT);
      List<Double> copies = new ArrayList<>();
      List<Double> csvs = new ArrayList<>();
      List<Double> requests = new ArrayList<>();
      try (Stores stores = stores(stack.variables())) {
        for (int round = 0; round <= run.rounds(); round++) {
          double copy = rows / seconds(() -> copy(stack));
          double csv = rows / seconds(() -> csv(stores, OutputStream.nullOutputStream()));
          double request = rows / seconds(() -> request(stack.port(), key));
          run.say("copy %.0f/s, csv %.0f/s, http %.0f/s".formatted(copy, csv, request));
          // the first one warms up
          if (round > 0) {
            copies.add(copy);
            csvs.add(csv);
            requests.add(request);
          }
        }
      }
      double reference = Figures.median(copies);
      double small = rows / seconds(() -> SmallHeap.run(stack.variables(), rows));
      return List.of(
          Result.ratio("rows as CSV, in process", Figures.median(csvs), reference, "/s", TARGET),
          Result.ratio(
              "GET /usage/events?format=csv", Figures.median(requests), reference, "/s", TARGET),
          Result.alone("the same in a JVM with -Xmx64m, cold", small, "/s", Target.none()));
    }
  }

  static Stores stores(Map<String, String> variables) {
    Stores stores =
        new Stores(StoreConfig.fromEnv(variables, Scope.TENANT, 2), null, Clock.systemUTC());
    stores.start();
    return stores;
  }

  static void csv(Stores stores, OutputStream out) {
    UsageCsv.writeEvents(out, stores.usage(), UsageFilter.ofTenant(new TenantId(TENANT)));
  }

  private static void copy(Stack stack) throws SQLException, IOException {
    try (Connection connection = connect(stack)) {
      new CopyManager(connection.unwrap(BaseConnection.class))
          .copyOut(COPY, OutputStream.nullOutputStream());
    }
  }

  private static void request(int port, String key) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + port + "/usage/events?format=csv"))
                  .header("authorization", "Bearer " + key)
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        body.transferTo(OutputStream.nullOutputStream());
      }
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
    }
  }

  private static void execute(Stack stack, String sql) throws SQLException {
    try (Connection connection = connect(stack);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(Stack stack) throws SQLException {
    Connection connection =
        DatabaseUrl.parse(stack.variables().getOrDefault("DATABASE_URL", "")).connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("set parley.scope = 'service'");
    }
    return connection;
  }

  private interface Work {
    void run() throws Exception;
  }

  private static double seconds(Work work) throws Exception {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e9;
  }
}
