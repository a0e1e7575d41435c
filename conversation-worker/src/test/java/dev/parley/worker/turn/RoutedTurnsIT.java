package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.storage.Job;
import dev.parley.storage.NewSession;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Turns of workers that route, limit and pay, over real HTTP, PostgreSQL and Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class RoutedTurnsIT {

  private static final String RULE =
      """
      {"rules": [{"name": "main", "primary": {"provider": "openai", "model": "gpt-a"},
        "fallbacks": [{"provider": "anthropic", "model": "claude-b"}]}],
       "breaker": {"minimumCalls": 10, "openSeconds": 1, "probes": 2, "windowSeconds": 5}}
      """;

  private static final String PLAIN = "{\"breaker\": {\"enabled\": false}}";

  private final EmbeddedInfrastructure infrastructure =
      new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
  private Stores stores;
  private TenantId tenant;

  @BeforeAll
  void start() throws Exception {
    infrastructure.start();
    stores = stores();
    stores.start();
  }

  @AfterAll
  void stop() {
    if (stores != null) {
      stores.close();
    }
    infrastructure.close();
  }

  @BeforeEach
  void takeATenantOfItsOwn() {
    tenant = new TenantId("tenant-" + UUID.randomUUID());
  }

  @Test
  void anOutageFallsBackOpensTheCircuitAndIsOverWhenTheProviderIsWellAgain() throws Exception {
    try (Simulator ill = simulator("fail=503:16 key=outage");
        Simulator well = simulator("");
        RoutedWorker worker = new RoutedWorker(stores, ill, well, RULE, null)) {
      List<Job> jobs = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        jobs.addAll(completeAll(worker, 5, "hi"));
      }

      assertThat(jobs).allMatch(job -> job.response() != null);
      long fellBack =
          jobs.stream()
              .filter(job ->
                  job.response()
                      .routingDecision()
                      .equals("rule:main:primary:gpt-a -> rule:main:fallback:1:claude-b"))
              .count();
      assertThat(fellBack).isGreaterThanOrEqualTo(5);
      assertThat(worker.count("parley.provider.circuit.transitions", "to", "open")).isPositive();

      Instant limit = Instant.now().plusSeconds(20);
      while (worker.count("parley.provider.circuit.transitions", "to", "closed") == 0) {
        assertThat(Instant.now()).as("closed again in time").isBefore(limit);
        Thread.sleep(200);
        completeAll(worker, 2, "hi");
      }
      assertThat(completeAll(worker, 10, "hi"))
          .allMatch(job -> job.response().routingDecision().equals("rule:main:primary:gpt-a"));
    }
  }

  @Test
  void aStormOf429sIsWaitedOutAndEveryTurnAnswered() throws Exception {
    try (Simulator limited = simulator("fail=429:60 retry-after=1s key=storm");
        Simulator other = simulator("");
        RoutedWorker worker = new RoutedWorker(stores, limited, other, PLAIN, null)) {
      List<Job> jobs = completeAll(worker, 50, "hi");

      assertThat(jobs).allMatch(job -> job.response() != null);
      assertThat(limited.calls().calls()).hasSize(110);
      assertThat(other.calls().calls()).isEmpty();
    }
  }

  @Test
  void inAnOutageTheRetryBudgetKeepsRepeatsFew() throws Exception {
    try (Simulator ill = simulator("fail=503");
        Simulator other = simulator("");
        RoutedWorker worker = new RoutedWorker(stores, ill, other, PLAIN, null)) {
      Instant begin = Instant.now();
      List<MessageSubmitted> submitted = submissions(500, "hi", TurnOptions.NONE);
      each(submitted, message -> worker.once(message));
      double seconds = Duration.between(begin, Instant.now()).toMillis() / 1_000.0;

      int calls = ill.calls().calls().size();
      assertThat(calls).isBetween(500, (int) (500 * 1.2 + 100 + 10 * (seconds + 1)));
      assertThat(worker.total("parley.provider.retries.denied")).isPositive();
      assertThat(worker.total("parley.provider.retries")).isEqualTo(calls - 500);
    }
  }

  @Test
  void aFallbackWithASmallWindowIsSentWhatFitsIntoIt() throws Exception {
    String rule =
        """
        {"rules": [{"name": "big", "primary": {"provider": "anthropic", "model": "claude-b"},
          "fallbacks": [{"provider": "openai", "model": "gpt-4"}]}],
         "breaker": {"enabled": false}}
        """;
    SessionKey session = new SessionKey(tenant, new SessionId("long"));
    stores
        .sessions()
        .create(
            new NewSession(
                session, Instant.now(), "Be brief.", longTalk(), null, null, null, null, null));
    try (Simulator small = simulator("window=8192");
        Simulator big = simulator("fail=503");
        RoutedWorker worker = new RoutedWorker(stores, small, big, rule, null)) {
      for (int longest : new int[] {100, 4_096, 8_000, 8_192}) {
        MessageSubmitted message = submission(session, longest);

        Job job = worker.complete(message);

        assertThat(job.error()).as("with %s tokens for the answer", longest).isNull();
        assertThat(job.response().routingDecision())
            .isEqualTo("rule:big:primary:claude-b -> rule:big:fallback:1:gpt-4");
      }
      assertThat(big.calls().calls()).allMatch(call -> call.messages() > 60);
      List<CallRecord> calls = small.calls().calls();
      assertThat(calls).hasSize(4).allMatch(call -> call.messages() < 60);
      assertThat(calls.getFirst().messages()).isGreaterThan(10);
    }
  }

  /** About thirty thousand tokens in which every other answer calls a tool. */
  private static List<Message> longTalk() {
    List<Message> talk = new ArrayList<>();
    Instant at = Instant.now();
    for (int i = 0; i < 15; i++) {
      String id = "call-" + i;
      talk.add(Message.of(Role.USER, Content.of("q" + "word ".repeat(400)), at, null));
      talk.add(
          Message.of(
              Role.ASSISTANT,
              new Content.Parts(
                  List.of(new Part.ToolCall(id, "look_up", JsonNodeFactory.instance.objectNode()))),
              at,
              null));
      talk.add(
          Message.of(
              Role.TOOL,
              new Content.Parts(
                  List.of(
                      new Part.ToolResult(
                          id, "look_up", TextNode.valueOf("found ".repeat(400)), null))),
              at,
              null));
      talk.add(Message.of(Role.ASSISTANT, Content.of("a" + "word ".repeat(400)), at, null));
    }
    return talk;
  }

  private MessageSubmitted submission(SessionKey session, int longestAnswer) {
    return new MessageSubmitted(
        new JobId("job-" + UUID.randomUUID()),
        session.tenantId(),
        session.sessionId(),
        Instant.now(),
        null,
        null,
        Content.of("hi [[sim tokens=5]]"),
        null,
        new TurnOptions(null, null, longestAnswer, null, null, null, null, null, null),
        true);
  }

  @Test
  void twoWorkersTogetherStayBelowOneLimit() throws Exception {
    String limits =
        """
        {"limits": [{"provider": "openai", "requestsPerMinute": 200}],
         "breaker": {"enabled": false}}
        """;
    try (Simulator simulator = simulator("");
        Simulator other = simulator("");
        Stores secondStores = stores()) {
      secondStores.start();
      try (RoutedWorker one = new RoutedWorker(stores, simulator, other, limits, null);
          RoutedWorker two = new RoutedWorker(secondStores, simulator, other, limits, null)) {
        one.awaitShared();
        two.awaitShared();
        List<MessageSubmitted> submitted = submissions(60, "hi", TurnOptions.NONE);
        Instant begin = Instant.now();
        Instant until = begin.plusSeconds(5);
        each(
            submitted,
            message -> (submitted.indexOf(message) % 2 == 0 ? one : two).until(message, until));

        List<CallRecord> calls = simulator.calls().calls();
        // 20 at once, and 181 more in a minute.
        assertThat(calls).hasSizeGreaterThan(25);
        for (int i = 0; i < calls.size(); i++) {
          Duration since = Duration.between(begin, calls.get(i).beganAt());
          assertThat(i + 1).isLessThanOrEqualTo((int) (20 + 1 + since.toMillis() * 181 / 60_000.0));
        }
        assertThat(one.total("parley.provider.limit.waits")).isPositive();
        assertThat(two.total("parley.provider.limit.waits")).isPositive();
      }
    }
  }

  @Test
  void ofAHundredJobsAtOnceABudgetForTenLetsTenThroughOnAnyWorkerAndAfterARestart()
      throws Exception {
    TurnOptions twentyTokens =
        new TurnOptions("gpt-a", null, 20, null, null, null, null, null, null);
    // A token of output costs a thousandth of a dollar, input nothing.
    BigDecimal budget = new BigDecimal("0.200");
    try (Simulator simulator = simulator("latency=200ms");
        Simulator other = simulator("");
        Stores secondStores = stores()) {
      secondStores.start();
      List<Job> jobs = new ArrayList<>();
      try (RoutedWorker one = new RoutedWorker(stores, simulator, other, PLAIN, budget);
          RoutedWorker two = new RoutedWorker(secondStores, simulator, other, PLAIN, budget)) {
        List<MessageSubmitted> submitted = submissions(100, "hi [[sim tokens=20]]", twentyTokens);
        jobs.addAll(
            each(
                submitted,
                message -> (submitted.indexOf(message) % 2 == 0 ? one : two).complete(message)));
      }
      assertThat(jobs.stream().filter(job -> job.response() != null)).hasSize(10);
      assertThat(jobs.stream().filter(job -> job.error() != null))
          .hasSize(90)
          .allMatch(job -> job.error().code().equals("budget_exceeded"));
      assertThat(simulator.calls().calls()).hasSize(10);
      List<UsageEvent> ledger = new ArrayList<>();
      stores.usage().forEachEvent(UsageFilter.ofTenant(tenant), ledger::add);
      assertThat(ledger.stream().map(UsageEvent::costUSD).reduce(BigDecimal.ZERO, BigDecimal::add))
          .isEqualByComparingTo(budget);

      try (RoutedWorker later = new RoutedWorker(stores, simulator, other, PLAIN, budget)) {
        Job refused =
            later.complete(submissions(1, "hi [[sim tokens=20]]", twentyTokens).getFirst());
        assertThat(refused.error().code()).isEqualTo("budget_exceeded");
      }
    }
  }

  private interface Work<T> {
    @Nullable T of(MessageSubmitted message) throws Exception;
  }

  private List<Job> completeAll(RoutedWorker worker, int turns, String text) throws Exception {
    return each(submissions(turns, text, TurnOptions.NONE), worker::complete);
  }

  private static <T> List<T> each(List<MessageSubmitted> messages, Work<T> work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures =
          messages.stream().map(message -> threads.submit(() -> work.of(message))).toList();
      List<T> done = new ArrayList<>();
      for (Future<T> future : futures) {
        done.add(future.get());
      }
      return done;
    }
  }

  private List<MessageSubmitted> submissions(int count, String text, TurnOptions options) {
    List<MessageSubmitted> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = UUID.randomUUID().toString();
      messages.add(
          new MessageSubmitted(
              new JobId("job-" + id),
              tenant,
              new SessionId("session-" + id),
              Instant.now(),
              null,
              null,
              Content.of(text),
              null,
              options,
              true));
    }
    return messages;
  }

  private static Simulator simulator(String behaviour) throws Exception {
    SimulatorConfig config = SimulatorConfig.onFreePort();
    return new Simulator(behaviour.isEmpty() ? config : config.with(behaviour)).start();
  }

  private Stores stores() {
    return new Stores(
        StoreConfig.fromEnv(
            Map.of(
                "DATABASE_URL", infrastructure.databaseUrl(),
                "REDIS_URL", infrastructure.redisUrl()),
            Scope.SERVICE,
            5),
        null,
        Clock.systemUTC());
  }
}
