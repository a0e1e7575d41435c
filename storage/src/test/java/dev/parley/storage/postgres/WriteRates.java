package dev.parley.storage.postgres;

import static dev.parley.storage.contract.Samples.NOW;

import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.JobStore.Started;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore.CreateResult;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.batch.GroupCommit;
import dev.parley.storage.contract.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Prints how fast turns are claimed, loaded and written on this machine. Not a test: run its main
 * method.
 *
 * <p>Arguments: {@code durable} or {@code relaxed}, callers, flushers, seconds.
 */
final class WriteRates {

  private final Database database;
  private final PostgresSessionStore sessions;
  private final PostgresJobStore jobs;

  private WriteRates(Database database) {
    this.database = database;
    this.sessions = new PostgresSessionStore(database);
    this.jobs = new PostgresJobStore(database);
  }

  public static void main(String[] args) throws Exception {
    boolean durable = args.length > 0 && args[0].equals("durable");
    int callers = args.length > 1 ? Integer.parseInt(args[1]) : 256;
    int flushers = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    int seconds = args.length > 3 ? Integer.parseInt(args[3]) : 8;
    Path directory = Files.createTempDirectory("write-rates");
    InfrastructureSettings settings =
        durable ? InfrastructureSettings.keptIn(directory) : InfrastructureSettings.throwaway();
    try (EmbeddedInfrastructure infrastructure = new EmbeddedInfrastructure(settings)) {
      infrastructure.start();
      DatabaseUrl url = DatabaseUrl.parse("DATABASE_URL", infrastructure.databaseUrl());
      try (Database database =
          new Database(
              DatabaseConfig.of(url, DatabaseConfig.Scope.SERVICE).withPoolSize(flushers + 2))) {
        database.start();
        WriteRates rates = new WriteRates(database);
        System.out.printf(
            "durable=%s callers=%d flushers=%d seconds=%d%n", durable, callers, flushers, seconds);
        rates.claims();
        rates.loads();
        rates.commits(callers, flushers, 3);
        rates.commits(callers, flushers, seconds);
        rates.longSession();
      }
    }
  }

  private static double millisSince(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  private static String median(List<Double> millis) {
    return "median %.2f ms, best %.2f ms"
        .formatted(
            millis.stream().sorted().skip(millis.size() / 2).findFirst().orElseThrow(),
            millis.stream().min(Double::compare).orElseThrow());
  }

  private void claims() {
    SessionKey session = Samples.session();
    List<Double> fresh = new ArrayList<>();
    List<Double> started = new ArrayList<>();
    for (int round = 0; round < 60; round++) {
      List<ClaimRequest> requests =
          IntStream.range(0, 500).mapToObj(i -> Samples.request(Samples.job(), session)).toList();
      long begin = System.nanoTime();
      jobs.claim(requests);
      fresh.add(millisSince(begin));
      begin = System.nanoTime();
      jobs.markStarted(requests.stream().map(r -> new Started(r.jobId(), 1, NOW)).toList());
      started.add(millisSince(begin));
    }
    System.out.println("claim of 500 new jobs: " + median(fresh.subList(10, 60)));
    System.out.println("markStarted of 500 jobs: " + median(started.subList(10, 60)));
  }

  private void loads() {
    List<Message> messages =
        IntStream.range(0, 500)
            .mapToObj(i -> Samples.user("message %d %s".formatted(i, "x".repeat(200))))
            .toList();
    List<SessionKey> keys =
        IntStream.range(0, 100)
            .mapToObj(i -> {
              SessionKey key = Samples.session();
              sessions.create(
                  new NewSession(key, NOW, "system", messages, null, null, null, null, null));
              return key;
            })
            .toList();
    List<Double> millis = new ArrayList<>();
    for (int round = 0; round < 60; round++) {
      long begin = System.nanoTime();
      sessions.load(keys, 50);
      millis.add(millisSince(begin));
    }
    System.out.println(
        "load of 50 newest of 500 messages from 100 sessions: " + median(millis.subList(10, 60)));
  }

  private void commits(int callers, int flushers, int seconds) throws Exception {
    PostgresTurnWriter writer = new PostgresTurnWriter(database);
    AtomicLong committed = new AtomicLong();
    AtomicInteger batches = new AtomicInteger();
    List<Session> own = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      own.add(
          ((CreateResult.Created) sessions.create(NewSession.empty(Samples.session(), NOW)))
              .session());
    }
    try (GroupCommit<ClaimRequest, Claim> claims =
            new GroupCommit<>("claims", 500, 1, jobs::claim);
        GroupCommit<TurnEnd, CommitResult> group =
            new GroupCommit<>(
                "commits",
                500,
                flushers,
                ends -> {
                  batches.incrementAndGet();
                  return writer.commit(ends);
                })) {
      claims.start();
      group.start();
      long begin = System.nanoTime();
      long end = begin + seconds * 1_000_000_000L;
      List<Thread> threads = new ArrayList<>();
      for (Session session : own) {
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    while (System.nanoTime() < end) {
                      JobId job = Samples.job();
                      claims.submit(Samples.request(job, session.key()));
                      int attempt = 1;
                      CommitResult result =
                          group.submit(
                              Samples.completed(
                                  job,
                                  session.key(),
                                  attempt,
                                  session.incarnation(),
                                  "question ".repeat(20),
                                  "answer ".repeat(60)));
                      if (result instanceof CommitResult.Committed) {
                        committed.incrementAndGet();
                      }
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      double took = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "turns committed: %.0f/s in batches of %.0f%n",
          committed.get() / took, committed.get() / (double) batches.get());
    }
  }

  private void longSession() {
    PostgresTurnWriter writer = new PostgresTurnWriter(database);
    Session session =
        ((CreateResult.Created) sessions.create(NewSession.empty(Samples.session(), NOW)))
            .session();
    List<Double> early = new ArrayList<>();
    List<Double> late = new ArrayList<>();
    for (int turn = 1; turn <= 1_050; turn++) {
      long begin = System.nanoTime();
      sessions.load(List.of(session.key()), 50);
      writer.commit(
          List.of(Samples.completed(Samples.job(), session.key(), 1, session.incarnation())));
      if (turn > 50 && turn <= 100) {
        early.add(millisSince(begin));
      } else if (turn > 1_000) {
        late.add(millisSince(begin));
      }
    }
    System.out.println("load and commit, turns 51 to 100 of a session: " + median(early));
    System.out.println("load and commit, turns 1001 to 1050 of a session: " + median(late));
  }
}
