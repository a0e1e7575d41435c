package dev.parley.storage.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Live events in Redis: a stream per job for those who come later, and a channel per job for those
 * who watch. The stream's entry ids are the sequences, so that an event that is written twice
 * stands there once.
 *
 * <p>Connections are made in the background, and made again by the driver when they broke. While
 * there are none, commands are refused at once and their events dropped.
 */
public final class RedisLiveEvents implements LiveEvents, AutoCloseable {

  private static final String PREFIX = "parley:live:";
  private static final int MAX_EVENTS = 20_000;
  private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

  private final Supplier<RedisClient> clients;
  private final Duration keep;
  private final Listeners listeners = new Listeners();
  private volatile @Nullable StatefulRedisConnection<String, String> connection;
  private volatile @Nullable StatefulRedisPubSubConnection<String, String> channel;
  private @Nullable Thread connector;
  private boolean closed;

  /**
   * @param clients gives the shared client, whose options make it refuse commands while
   *     disconnected; it is not closed here
   * @param keep how long a job's events can be read again
   */
  public RedisLiveEvents(Supplier<RedisClient> clients, Duration keep) {
    this.clients = clients;
    this.keep = keep;
  }

  @Override
  public void append(JobId jobId, List<LiveEvent> events) {
    StatefulRedisConnection<String, String> to = connection;
    if (to == null || events.isEmpty()) {
      return;
    }
    try {
      RedisAsyncCommands<String, String> commands = to.async();
      String key = PREFIX + jobId;
      for (LiveEvent event : events) {
        String json = encode(event);
        XAddArgs entry = new XAddArgs().id(event.sequence() + "-0").maxlen(MAX_EVENTS);
        forget(commands.xadd(key, entry, Map.of("e", json)));
        forget(commands.publish(key, json));
      }
      forget(commands.pexpire(key, keep));
    } catch (RedisException e) {
      // Best effort: what cannot be handed over is dropped.
    }
  }

  @Override
  public List<LiveEvent> read(JobId jobId, long after, int limit) {
    StatefulRedisConnection<String, String> from = connection;
    if (from == null) {
      return List.of();
    }
    try {
      Range<String> range = Range.create((after + 1) + "-0", "+");
      List<LiveEvent> events = new ArrayList<>();
      for (StreamMessage<String, String> message :
          from.sync().xrange(PREFIX + jobId, range, Limit.from(limit))) {
        LiveEvent event = decode(message.getBody().get("e"));
        if (event != null) {
          events.add(event);
        }
      }
      return events;
    } catch (RedisException e) {
      return List.of();
    }
  }

  @Override
  public Subscription subscribe(JobId jobId, Consumer<LiveEvent> listener) {
    String key = PREFIX + jobId;
    if (listeners.add(jobId, listener)) {
      StatefulRedisPubSubConnection<String, String> on = channel;
      if (on != null) {
        try {
          on.async().subscribe(key).toCompletableFuture().join();
        } catch (RuntimeException e) {
          // The driver subscribes again by itself once it is connected; until then nothing is
          // heard.
        }
      }
    }
    return () -> unsubscribe(jobId, key, listener);
  }

  private void unsubscribe(JobId jobId, String key, Consumer<LiveEvent> listener) {
    if (listeners.remove(jobId, listener)) {
      StatefulRedisPubSubConnection<String, String> on = channel;
      if (on != null) {
        try {
          forget(on.async().unsubscribe(key));
        } catch (RedisException e) {
          // Not connected, so nothing is subscribed.
        }
      }
    }
  }

  /** Begins to connect, in the background, for as long as it takes. */
  public synchronized void start() {
    connector = Thread.ofVirtual().name("live-events-connector").start(this::connect);
  }

  private void connect() {
    while (true) {
      try {
        RedisClient client = clients.get();
        StatefulRedisConnection<String, String> forCommands = client.connect();
        StatefulRedisPubSubConnection<String, String> forChannels = client.connectPubSub();
        forChannels.addListener(new Ear());
        if (!adopt(forCommands, forChannels)) {
          forCommands.close();
          forChannels.close();
        }
        return;
      } catch (RedisException e) {
        // Away: try again after a while.
      }
      try {
        Thread.sleep(RECONNECT_AFTER);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized boolean adopt(
      StatefulRedisConnection<String, String> forCommands,
      StatefulRedisPubSubConnection<String, String> forChannels) {
    if (closed) {
      return false;
    }
    connection = forCommands;
    channel = forChannels;
    listeners.jobs().forEach(job -> forget(forChannels.async().subscribe(PREFIX + job)));
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (connector != null) {
      connector.interrupt();
    }
    if (connection != null) {
      connection.close();
    }
    if (channel != null) {
      channel.close();
    }
  }

  private final class Ear extends RedisPubSubAdapter<String, String> {
    @Override
    public void message(String key, String json) {
      LiveEvent event = decode(json);
      if (event != null && key.startsWith(PREFIX)) {
        listeners.tell(new JobId(key.substring(PREFIX.length())), event);
      }
    }
  }

  /** Best effort: nobody waits, and a failure means that the event is dropped. */
  private static void forget(Future<?> unused) {}

  private static String encode(LiveEvent event) {
    ObjectNode node = Json.mapper().createObjectNode();
    node.put("s", event.sequence());
    node.put("t", event.type());
    node.put("at", event.timestamp().toEpochMilli());
    node.set("d", event.data());
    try {
      return Json.mapper().writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree can be written", e);
    }
  }

  private static @Nullable LiveEvent decode(@Nullable String json) {
    if (json == null) {
      return null;
    }
    try {
      if (Json.mapper().readTree(json) instanceof ObjectNode node
          && node.get("d") instanceof ObjectNode data) {
        return new LiveEvent(
            node.path("s").longValue(),
            node.path("t").textValue(),
            Instant.ofEpochMilli(node.path("at").longValue()),
            data);
      }
      return null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
