package dev.parley.storage.redis;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.NewSession;
import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.json.StoredJson;
import dev.parley.storage.turn.SessionChanges;
import dev.parley.storage.turn.SessionLog;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in one Redis server: a hash for the session, a list for its messages, a sorted set for
 * each tenant's listing. All of them expire when nothing was written for a while.
 *
 * <p>Changes are compare-and-set by Lua scripts: what is to be written is computed here, where
 * money is exact, and goes through only if the session is still as it was read.
 */
public final class RedisSessionStore implements SessionStore, SessionLog {

  private final RedisConnection redis;
  private final Duration ttl;
  private final RedisListing listing;
  private final RedisAppends appends;

  /**
   * @param ttl how long a session is kept after its last change
   */
  public RedisSessionStore(RedisConnection redis, Duration ttl) {
    this.redis = redis;
    this.ttl = ttl;
    this.listing = new RedisListing(redis);
    this.appends = new RedisAppends(redis, ttl);
  }

  @Override
  public CreateResult create(NewSession session) {
    return create(session, deletedAt(session.key()));
  }

  private CreateResult create(NewSession session, @Nullable Instant deletedBefore) {
    // Random, not counted: a Redis that lost its data must not give out old numbers again.
    Session created =
        SessionChanges.created(session, ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE))
            .withDeletedBefore(deletedBefore);
    List<Message> messages = SessionChanges.messagesOf(session);
    return create(
            created, pinned(messages, 0), messages.stream().map(RedisSessionStore::json).toList())
        ? new CreateResult.Created(created)
        : new CreateResult.AlreadyExists();
  }

  private boolean create(Session session, String pinned, List<String> messages) {
    List<String> arguments = new ArrayList<>(messages.size() + 7);
    arguments.add(Version.first(session).text());
    arguments.add(StoredJson.write(session));
    arguments.add(hasSystem(session));
    arguments.add(score(session));
    arguments.add(session.key().sessionId().value());
    arguments.add(Long.toString(ttl.toMillis()));
    arguments.add(pinned);
    arguments.addAll(messages);
    Long done =
        redis.call(commands ->
            Script.CREATE.run(commands, RedisKeys.withListing(session.key()), arguments));
    return done == 1;
  }

  @Override
  public @Nullable Session find(SessionKey key) {
    return StoredJson.readNullable(
        redis.callNullable(commands -> commands.hget(RedisKeys.session(key), "session")),
        Session.class);
  }

  @Override
  public List<Message> messages(SessionKey key, long fromPosition, int limit) {
    if (limit < 1) {
      return List.of();
    }
    long from = Math.max(0, fromPosition);
    List<String> found =
        redis.call(commands -> commands.lrange(RedisKeys.messages(key), from, from + limit - 1));
    return found.stream().map(RedisSessionStore::message).toList();
  }

  @Override
  public Page<Session> list(SessionQuery query) {
    return listing.list(query);
  }

  @Override
  public void createMissing(Collection<Missing> sessions) {
    for (Missing missing : sessions) {
      Instant deletedAt = deletedAt(missing.key());
      if (deletedAt == null || missing.askedAt().isAfter(deletedAt)) {
        CreateResult result = create(missing.empty(), deletedAt);
        if (result instanceof CreateResult.Created
            && !Objects.equals(deletedAt, deletedAt(missing.key()))) {
          // It was deleted in between.
          remove(missing.key());
        }
      }
    }
  }

  private @Nullable Instant deletedAt(SessionKey key) {
    String millis = redis.callNullable(commands -> commands.get(RedisKeys.deletion(key)));
    return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
  }

  /** That it was deleted is known before it is, so that nobody makes it again in between. */
  @Override
  public boolean delete(SessionKey key, Instant now, boolean onItsWay) {
    if (!onItsWay && find(key) == null) {
      return false;
    }
    redis.call(commands ->
        commands.set(
            RedisKeys.deletion(key),
            Long.toString(now.toEpochMilli()),
            SetArgs.Builder.px(DELETION_KNOWN.toMillis())));
    return remove(key) || onItsWay;
  }

  private boolean remove(SessionKey key) {
    List<@Nullable Long> removed =
        redis.callAll(commands ->
            List.of(
                commands.del(RedisKeys.session(key)),
                commands.del(RedisKeys.messages(key)),
                commands.zrem(RedisKeys.listing(key.tenantId()), key.sessionId().value())));
    return Long.valueOf(1).equals(removed.getFirst());
  }

  /** They expire. */
  @Override
  public int purgeDeletions(Instant now) {
    return 0;
  }

  @Override
  public ForkResult fork(
      SessionKey from, SessionId newId, long messageCount, boolean resetUsage, Instant now) {
    Snapshot source = snapshot(from, messageCount);
    if (source == null) {
      return new ForkResult.SourceNotFound();
    }
    if (messageCount < 0 || messageCount > source.session().messageCount()) {
      return new ForkResult.IndexOutOfRange(source.session().messageCount());
    }
    SessionKey key = new SessionKey(from.tenantId(), newId);
    long incarnation = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    Session blank =
        SessionChanges.created(NewSession.empty(key, now), incarnation)
            .withDeletedBefore(deletedAt(key));
    Session forked = SessionChanges.forked(source.session(), blank, messageCount, resetUsage);
    List<Message> messages = source.messages().stream().map(RedisSessionStore::message).toList();
    return create(forked, pinned(messages, 0), source.messages())
        ? new ForkResult.Forked(forked)
        : new ForkResult.TargetExists();
  }

  private record Snapshot(Version version, Session session, List<String> messages) {}

  private @Nullable Snapshot snapshot(SessionKey key, long messageCount) {
    List<String> answer =
        redis.call(commands ->
            Script.SNAPSHOT.run(
                commands, RedisKeys.ofSession(key), List.of(Long.toString(messageCount))));
    return answer.isEmpty()
        ? null
        : new Snapshot(
            Version.of(answer.get(0)),
            StoredJson.read(answer.get(1), Session.class),
            answer.subList(2, answer.size()));
  }

  @Override
  public Map<SessionKey, Conversation> load(Collection<SessionKey> keys, int maxMessages) {
    List<SessionKey> distinct = List.copyOf(new LinkedHashSet<>(keys));
    List<@Nullable List<String>> answers =
        redis.callAll(commands ->
            distinct.stream()
                .map(key ->
                    Script.NEWEST.<List<String>>run(
                        commands,
                        RedisKeys.ofSession(key),
                        List.of(
                            Integer.toString(maxMessages),
                            Integer.toString(Conversation.MAX_PINNED))))
                .toList());
    Map<SessionKey, Conversation> found = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      List<String> answer = answers.get(i);
      if (answer != null && !answer.isEmpty()) {
        List<Message> messages = answer.stream().skip(2).map(RedisSessionStore::message).toList();
        int pinned = Integer.parseInt(answer.get(1));
        found.put(
            distinct.get(i),
            new Conversation(
                StoredJson.read(answer.getFirst(), Session.class),
                messages.subList(0, pinned),
                messages.subList(pinned, messages.size())));
      }
    }
    return found;
  }

  @Override
  public List<Appended> append(List<TurnEnd> ends) {
    return appends.append(ends);
  }

  @Override
  public @Nullable TurnEnd receipt(JobId jobId) {
    return appends.receipt(jobId);
  }

  @Override
  public void settle(List<JobId> jobIds) {
    appends.settle(jobIds);
  }

  static String score(Session session) {
    return Long.toString(session.updatedAt().toEpochMilli());
  }

  /** The positions of those that are pinned. */
  static String pinned(List<Message> messages, long firstPosition) {
    return IntStream.range(0, messages.size())
        .filter(i -> Boolean.TRUE.equals(messages.get(i).pinned()))
        .mapToObj(i -> Long.toString(firstPosition + i))
        .collect(Collectors.joining(","));
  }

  static String json(Message message) {
    return StoredJson.write(message);
  }

  private static Message message(String json) {
    return StoredJson.read(json, Message.class);
  }

  private static String hasSystem(Session session) {
    return session.system() == null ? "0" : "1";
  }
}
