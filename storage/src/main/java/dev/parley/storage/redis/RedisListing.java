package dev.parley.storage.redis;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.json.StoredJson;
import dev.parley.storage.paging.Keyset;
import dev.parley.storage.paging.Slice;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists a tenant's sessions from its sorted set, whose order is that of the cursors: by time, then
 * by id. Sessions that expired are found missing and taken off.
 */
final class RedisListing {

  private static final int CHUNK = 200;

  private final RedisConnection redis;

  RedisListing(RedisConnection redis) {
    this.redis = redis;
  }

  Page<Session> list(SessionQuery query) {
    Keyset cursor =
        query.cursor() == null ? null : Keyset.decode(Keyset.Listing.SESSIONS, query.cursor());
    boolean forward = query.direction() == SessionQuery.Direction.FORWARD;
    List<Session> found = new ArrayList<>();
    for (long offset = 0; found.size() <= query.limit(); offset += CHUNK) {
      List<ScoredValue<String>> ids = chunk(query, cursor, forward, offset);
      List<SessionKey> keys =
          ids.stream()
              .filter(id -> cursor == null || isBehind(id, cursor, forward))
              .map(id -> new SessionKey(query.tenantId(), new SessionId(id.getValue())))
              .toList();
      read(keys).stream()
          .filter(session -> matches(session, query))
          .limit(query.limit() + 1L - found.size())
          .forEach(found::add);
      if (ids.size() < CHUNK) {
        break;
      }
    }
    return Slice.page(found, query.limit(), forward, cursor != null, RedisListing::cursorOf);
  }

  private List<ScoredValue<String>> chunk(
      SessionQuery query, @Nullable Keyset cursor, boolean forward, long offset) {
    String key = RedisKeys.listing(query.tenantId());
    Limit limit = Limit.create(offset, CHUNK);
    Range.Boundary<Double> edge =
        cursor == null
            ? Range.Boundary.unbounded()
            : Range.Boundary.including((double) cursor.time().toEpochMilli());
    return redis.call(commands ->
        forward
            ? commands.zrevrangebyscoreWithScores(
                key, Range.from(Range.Boundary.unbounded(), edge), limit)
            : commands.zrangebyscoreWithScores(
                key, Range.from(edge, Range.Boundary.unbounded()), limit));
  }

  private static boolean isBehind(ScoredValue<String> id, Keyset cursor, boolean forward) {
    int byTime = Double.compare(id.getScore(), (double) cursor.time().toEpochMilli());
    int compared = byTime != 0 ? byTime : id.getValue().compareTo(cursor.id());
    return forward ? compared < 0 : compared > 0;
  }

  private List<Session> read(List<SessionKey> keys) {
    List<@Nullable String> jsons =
        redis.callAll(commands ->
            keys.stream().map(key -> commands.hget(RedisKeys.session(key), "session")).toList());
    List<Session> sessions = new ArrayList<>();
    List<SessionKey> expired = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      String json = jsons.get(i);
      if (json == null) {
        expired.add(keys.get(i));
      } else {
        sessions.add(StoredJson.read(json, Session.class));
      }
    }
    redis.callAll(commands -> expired.stream().map(key -> forget(commands, key)).toList());
    return sessions;
  }

  private static RedisFuture<Long> forget(
      RedisAsyncCommands<String, String> commands, SessionKey key) {
    return Script.FORGET.run(
        commands,
        List.of(RedisKeys.listing(key.tenantId()), RedisKeys.session(key)),
        List.of(key.sessionId().value()));
  }

  private static boolean matches(Session session, SessionQuery query) {
    return (query.model() == null || query.model().equals(session.model()))
        && (query.provider() == null || query.provider().equals(session.provider()));
  }

  private static String cursorOf(Session session) {
    return new Keyset(session.updatedAt(), session.key().sessionId().value())
        .encode(Keyset.Listing.SESSIONS);
  }
}
