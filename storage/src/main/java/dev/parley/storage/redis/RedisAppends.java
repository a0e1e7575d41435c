package dev.parley.storage.redis;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Session;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TurnWriter.Rewrite;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.json.StoredJson;
import dev.parley.storage.turn.SessionChanges;
import dev.parley.storage.turn.SessionLog.Appended;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Appends turns to sessions in Redis and compacts them, at most once for each job, many in two
 * round trips.
 */
final class RedisAppends {

  /** How often a session that keeps changing under us is read again. */
  private static final int MAX_ROUNDS = 20;

  /** How long it is known that a job was appended: longer than any stale worker holds a turn. */
  private static final Duration SETTLED_FOR = Duration.ofHours(6);

  private final RedisConnection redis;
  private final Duration ttl;

  RedisAppends(RedisConnection redis, Duration ttl) {
    this.redis = redis;
    this.ttl = ttl;
  }

  private record Read(Session session, Version version) {}

  List<Appended> append(List<TurnEnd> ends) {
    Map<Integer, Appended> results = new HashMap<>();
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < ends.size(); i++) {
      open.add(i);
    }
    for (int round = 0; !open.isEmpty(); round++) {
      if (round == MAX_ROUNDS) {
        throw new StoreUnavailableException(
            "Redis", new IllegalStateException("a session changes without end"));
      }
      open = appendRound(ends, open, results);
    }
    List<Appended> inOrder = new ArrayList<>(ends.size());
    for (int i = 0; i < ends.size(); i++) {
      Appended result = results.get(i);
      inOrder.add(result == null ? new Appended.Gone() : result);
    }
    return inOrder;
  }

  /** Returns those whose session had changed in between. */
  private List<Integer> appendRound(
      List<TurnEnd> ends, List<Integer> open, Map<Integer, Appended> results) {
    List<@Nullable Read> sessions = read(open.stream().map(ends::get).toList());
    List<Integer> sent = new ArrayList<>();
    List<Session> after = new ArrayList<>();
    List<Read> before = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      Read read = sessions.get(i);
      TurnEnd end = ends.get(open.get(i));
      if (read == null || read.session().incarnation() != end.incarnation()) {
        results.put(open.get(i), new Appended.Gone());
      } else {
        sent.add(open.get(i));
        before.add(read);
        after.add(SessionChanges.after(read.session(), end));
      }
    }
    List<@Nullable List<String>> answers =
        redis.callAll(commands -> {
          List<RedisFuture<List<String>>> futures = new ArrayList<>();
          for (int i = 0; i < sent.size(); i++) {
            futures.add(send(commands, ends.get(sent.get(i)), before.get(i), after.get(i)));
          }
          return futures;
        });
    List<Integer> again = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      Appended result = resultOf(answers.get(i), after.get(i));
      if (result == null) {
        again.add(sent.get(i));
      } else {
        results.put(sent.get(i), result);
      }
    }
    return again;
  }

  private static @Nullable Appended resultOf(@Nullable List<String> answer, Session after) {
    if (answer == null) {
      throw new IllegalStateException("the script answered nothing");
    }
    return switch (answer.getFirst()) {
      case "done" -> new Appended.Done(after);
      case "gone" -> new Appended.Gone();
      case "changed" -> null;
      case "other" -> new Appended.Changed();
      case "before" ->
          new Appended.Before(
              StoredJson.read(answer.get(1), Session.class), receiptOf(answer.get(2)));
      default -> throw new IllegalStateException("the script answered something else");
    };
  }

  private List<@Nullable Read> read(List<TurnEnd> ends) {
    List<@Nullable List<KeyValue<String, String>>> answers =
        redis.callAll(commands ->
            ends.stream()
                .map(end -> commands.hmget(RedisKeys.session(keyOf(end)), "session", "version"))
                .toList());
    List<@Nullable Read> read = new ArrayList<>();
    for (List<KeyValue<String, String>> fields : answers) {
      read.add(
          fields == null || !fields.get(0).hasValue() || !fields.get(1).hasValue()
              ? null
              : new Read(
                  StoredJson.read(fields.get(0).getValue(), Session.class),
                  Version.of(fields.get(1).getValue())));
    }
    return read;
  }

  private RedisFuture<List<String>> send(
      RedisAsyncCommands<String, String> commands, TurnEnd end, Read before, Session after) {
    SessionKey key = keyOf(end);
    List<String> keys = new ArrayList<>(RedisKeys.withListing(key));
    keys.add(RedisKeys.receipt(end.outcome().ended().jobId()));
    List<String> arguments = new ArrayList<>();
    arguments.add(before.version().text());
    arguments.add(before.version().next().text());
    arguments.add(StoredJson.write(after));
    arguments.add(RedisSessionStore.score(after));
    arguments.add(key.sessionId().value());
    arguments.add(Long.toString(ttl.toMillis()));
    arguments.add(StoredJson.write(end));
    arguments.add(Long.toString(ttl.toMillis()));
    Rewrite rewrite = end.rewrite();
    if (rewrite == null) {
      arguments.add(RedisSessionStore.pinned(end.messages(), before.session().messageCount()));
      end.messages().forEach(message -> arguments.add(json(message)));
      return Script.APPEND.run(commands, keys, arguments);
    }
    Message summary = rewrite.summary();
    arguments.add(Long.toString(rewrite.expectedMessageCount()));
    arguments.add(Long.toString(rewrite.from()));
    arguments.add(Long.toString(rewrite.to()));
    arguments.add(summary == null ? "" : json(summary));
    arguments.add(summary != null && Boolean.TRUE.equals(summary.pinned()) ? "1" : "0");
    rewrite.kept().forEach(position -> arguments.add(Long.toString(position)));
    return Script.COMPACT.run(commands, keys, arguments);
  }

  private static String json(Message message) {
    return StoredJson.write(SessionChanges.cut(message));
  }

  private static SessionKey keyOf(TurnEnd end) {
    Ended ended = end.outcome().ended();
    return new SessionKey(ended.tenantId(), ended.sessionId());
  }

  @Nullable TurnEnd receipt(JobId jobId) {
    String receipt = redis.callNullable(commands -> commands.get(RedisKeys.receipt(jobId)));
    return receipt == null ? null : receiptOf(receipt);
  }

  /** A settled receipt is empty: it only tells that the job was appended. */
  private static @Nullable TurnEnd receiptOf(String receipt) {
    return receipt.isEmpty() ? null : StoredJson.read(receipt, TurnEnd.class);
  }

  void settle(List<JobId> jobIds) {
    SetArgs onlyIfThere = SetArgs.Builder.xx().px(SETTLED_FOR.toMillis());
    redis.callAll(commands ->
        jobIds.stream().map(id -> commands.set(RedisKeys.receipt(id), "", onlyIfThere)).toList());
  }
}
