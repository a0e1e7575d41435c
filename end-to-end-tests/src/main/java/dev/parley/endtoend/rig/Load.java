package dev.parley.endtoend.rig;

import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.testkit.guarantees.History.Accepted;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Clients that send messages, each to a session of its own, each waiting for an answer before it
 * sends the next. What is refused with 503 is sent again after the time that the answer names,
 * under the same idempotency key where keys are used: what was refused may stand in the log all the
 * same.
 */
public final class Load implements AutoCloseable {

  private static final Duration GIVE_UP = Duration.ofMinutes(2);
  private static final String[] NO_HEADERS = {};

  /** Messages that a compaction leaves: whole turns. */
  private static final int LEFT = 4;

  private final boolean keys;
  private final List<Accepted> accepted = new ArrayList<>();
  private final AtomicInteger unavailable = new AtomicInteger();
  private final Map<Whim, Integer> whims = new ConcurrentHashMap<>();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();

  private Load(boolean keys) {
    this.keys = keys;
  }

  /** Clients that give each message an idempotency key. */
  public static Load withKeys() {
    return new Load(true);
  }

  /** Clients that use no idempotency keys; what they send again is another message. */
  public static Load withoutKeys() {
    return new Load(false);
  }

  /**
   * Begins to send.
   *
   * @param sessions the names of the sessions, unique in the whole test
   * @param messages to each of the sessions
   * @param directives what the provider simulator is told with each message
   * @param pause between an answer and the next message
   */
  public Load start(
      ApiClient client, List<String> sessions, int messages, String directives, Duration pause) {
    for (String session : sessions) {
      start(client, session, messages, i -> directives, pause);
    }
    return this;
  }

  /**
   * Begins to send to one session.
   *
   * @param directives what the provider simulator is told with the message of that number
   */
  public void start(
      ApiClient client,
      String session,
      int messages,
      IntFunction<String> directives,
      Duration pause) {
    start(client, session, messages, directives, message -> Whim.NONE, pause);
  }

  /**
   * Begins to send to one session.
   *
   * @param directives what the provider simulator is told with the message of that number
   * @param wanted what else is done about it
   */
  public void start(
      ApiClient client,
      String session,
      int messages,
      IntFunction<String> directives,
      IntFunction<Whim> wanted,
      Duration pause) {
    running.add(
        clients.submit(() -> {
          send(client, session, messages, directives, wanted, pause);
          return null;
        }));
  }

  /** The same without pauses. */
  public Load start(ApiClient client, List<String> sessions, int messages, String directives) {
    return start(client, sessions, messages, directives, Duration.ZERO);
  }

  /** Names for sessions: {@code prefix-0}, {@code prefix-1} and so on. */
  public static List<String> sessions(String prefix, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(prefix + "-" + i);
    }
    return names;
  }

  private void send(
      ApiClient client,
      String session,
      int messages,
      IntFunction<String> directives,
      IntFunction<Whim> wanted,
      Duration pause)
      throws IOException, InterruptedException {
    for (int i = 0; i < messages; i++) {
      Whim whim = wanted.apply(i);
      String content =
          "message %d [[sim session=%s %s]]".formatted(i, session, directives.apply(i));
      String[] headers = keys ? new String[] {"idempotency-key", session + "-" + i} : NO_HEADERS;
      Map<String, Object> body = new HashMap<>(Map.of("createSession", true, "content", content));
      if (whim == Whim.EXPIRE) {
        body.put("expiresInSeconds", 1);
      }
      SessionKey key = new SessionKey(new TenantId(client.tenant()), new SessionId(session));
      JobId job =
          jobOf(insist(() -> client.post("/sessions/" + session + "/message", body, headers), 202));
      synchronized (accepted) {
        accepted.add(new Accepted(job, key));
      }
      follow(whim, client, key, job, i);
      Thread.sleep(pause);
    }
  }

  private void follow(Whim whim, ApiClient client, SessionKey key, JobId job, int message)
      throws IOException, InterruptedException {
    String session = "/sessions/" + key.sessionId().value();
    switch (whim) {
      case NONE, EXPIRE -> {}
      case CANCEL -> {
        Thread.sleep(Duration.ofMillis(message * 7L % 20));
        insist(() -> client.post("/jobs/" + job.value() + "/cancel", Map.of()), 200);
      }
      case COMPACT -> {
        takeOut(key);
        Answer answer =
            client.post(session + "/compact", Map.of("maxMessages", LEFT), "prefer", "wait=0");
        if (answer.status() == 202) {
          synchronized (accepted) {
            accepted.add(new Accepted(jobOf(answer), key, true));
          }
        }
        expect(answer, 202, 404, 503);
      }
      // The session may not be there yet, or hold no turn.
      case FORK ->
          expect(client.post(session + "/fork", Map.of("fromMessageIndex", 1)), 201, 400, 404, 503);
      case DELETE -> {
        takeOut(key);
        expect(client.delete(session), 200, 404, 503);
      }
    }
    whims.merge(whim, 1, Integer::sum);
  }

  private static void expect(Answer answer, Integer... statuses) {
    if (!List.of(statuses).contains(answer.status())) {
      throw new AssertionError("unexpected: " + answer);
    }
  }

  /** All turns so far may go. Before it is asked for: an answer may not come through. */
  private void takeOut(SessionKey session) {
    synchronized (accepted) {
      accepted.replaceAll(
          job -> job.session().equals(session) ? new Accepted(job.job(), session, true) : job);
    }
  }

  private static JobId jobOf(Answer answer) {
    return new JobId(answer.json().path("job").path("id").asText());
  }

  private interface Asking {
    Answer ask() throws IOException, InterruptedException;
  }

  private Answer insist(Asking asking, int wanted) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + GIVE_UP.toNanos();
    while (true) {
      Answer answer = asking.ask();
      String retryAfter = answer.header("retry-after");
      if (answer.status() == wanted) {
        return answer;
      }
      if (answer.status() != 503 || retryAfter == null || System.nanoTime() - deadline > 0) {
        throw new AssertionError("answered with " + answer + ", " + retryAfter);
      }
      unavailable.incrementAndGet();
      Thread.sleep(Duration.ofSeconds(Long.parseLong(retryAfter)));
    }
  }

  /** Waits until all is sent, and tells what was accepted. */
  public List<Accepted> finish() throws InterruptedException {
    for (Future<?> client : running) {
      try {
        client.get();
      } catch (ExecutionException e) {
        throw new AssertionError("a client failed: " + e.getCause(), e.getCause());
      }
    }
    return accepted();
  }

  /** What was accepted so far. */
  public List<Accepted> accepted() {
    synchronized (accepted) {
      return List.copyOf(accepted);
    }
  }

  /** How often clients did what besides sending. */
  public Map<Whim, Integer> whims() {
    Map<Whim, Integer> counts = new EnumMap<>(whims);
    counts.remove(Whim.NONE);
    return counts;
  }

  /** How often the answer was 503. */
  public int unavailable() {
    return unavailable.get();
  }

  /** Whether all is sent, or a client has failed. */
  public boolean isDone() {
    return running.stream().allMatch(Future::isDone);
  }

  /** The failure of a client; null when none has failed so far. */
  public @Nullable Throwable failure() {
    return running.stream()
        .filter(client -> client.state() == Future.State.FAILED)
        .map(Future::exceptionNow)
        .findFirst()
        .orElse(null);
  }

  @Override
  public void close() {
    clients.shutdownNow();
  }
}
