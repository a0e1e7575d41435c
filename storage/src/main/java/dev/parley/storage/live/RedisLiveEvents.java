package dev.parley.storage.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Live events in Redis: a stream per job for those who come later, and a channel per job for those
 * who watch. Events that are handed over together are one entry and one message; the entry's id is
 * the last one's sequence, so that what is written twice stands there once.
 *
 * <p>Connections are made in the background, and made again by the driver when they broke. While
 * there are none, commands are refused at once and their events dropped.
 */
public final class RedisLiveEvents implements LiveEvents, AutoCloseable {

  private static final String PREFIX = "parley:live:";
  private static final int MAX_ENTRIES = 20_000;
  private static final int MAX_WAITING = 50_000;
  private static final int MAX_SENT_AT_ONCE = 500;
  private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

  private final Supplier<RedisClient> clients;
  private final Duration keep;
  private final Listeners listeners = new Listeners();
  private volatile @Nullable StatefulRedisConnection<String, String> connection;
  private volatile @Nullable StatefulRedisPubSubConnection<String, String> channel;
  // INVARIANT: used by the sender alone, which flushes it
  private volatile @Nullable StatefulRedisConnection<String, String> outlet;
  private final BlockingQueue<Told> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private @Nullable Thread connector;
  private @Nullable Thread sender;
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
    if (outlet != null && !events.isEmpty()) {
      // full: Redis does not keep up, and what cannot be handed over is dropped
      var _ = waiting.offer(new Told(jobId, List.copyOf(events)));
    }
  }

  /** Sends all that has gathered with one write: a flush for each turn costs more than the rest. */
  private void send() {
    List<Told> taken = new ArrayList<>();
    try {
      while (true) {
        taken.add(waiting.take());
        waiting.drainTo(taken, MAX_SENT_AT_ONCE - 1);
        sendAll(taken);
        taken.clear();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void sendAll(List<Told> taken) {
    StatefulRedisConnection<String, String> to = outlet;
    if (to == null) {
      return;
    }
    try {
      RedisAsyncCommands<String, String> commands = to.async();
      for (Told told : taken) {
        String key = PREFIX + told.jobId();
        String json = encode(told.events());
        String id = told.events().getLast().sequence() + "-0";
        forget(commands.xadd(key, new XAddArgs().id(id).maxlen(MAX_ENTRIES), Map.of("e", json)));
        forget(commands.publish(key, json));
        forget(commands.pexpire(key, keep));
      }
      to.flushCommands();
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
        decode(message.getBody().get("e")).stream()
            .filter(event -> event.sequence() > after)
            .forEach(events::add);
      }
      return events.size() > limit ? List.copyOf(events.subList(0, limit)) : events;
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
        StatefulRedisConnection<String, String> forEvents = client.connect();
        forEvents.setAutoFlushCommands(false);
        StatefulRedisPubSubConnection<String, String> forChannels = client.connectPubSub();
        forChannels.addListener(new Ear());
        if (!adopt(forCommands, forEvents, forChannels)) {
          forCommands.close();
          forEvents.close();
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
      StatefulRedisConnection<String, String> forEvents,
      StatefulRedisPubSubConnection<String, String> forChannels) {
    if (closed) {
      return false;
    }
    connection = forCommands;
    outlet = forEvents;
    sender = Thread.ofVirtual().name("live-events-sender").start(this::send);
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
    if (sender != null) {
      sender.interrupt();
    }
    if (outlet != null) {
      outlet.close();
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
      if (key.startsWith(PREFIX)) {
        JobId jobId = new JobId(key.substring(PREFIX.length()));
        decode(json).forEach(event -> listeners.tell(jobId, event));
      }
    }
  }

  private record Told(JobId jobId, List<LiveEvent> events) {}

  /** Best effort: nobody waits, and a failure means that the event is dropped. */
  private static void forget(Future<?> unused) {}

  private static String encode(List<LiveEvent> events) {
    ArrayNode array = Json.mapper().createArrayNode();
    for (LiveEvent event : events) {
      ObjectNode node = array.addObject();
      node.put("s", event.sequence());
      node.put("t", event.type());
      node.put("at", event.timestamp().toEpochMilli());
      node.set("d", event.data());
    }
    try {
      return Json.mapper().writeValueAsString(array);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree can be written", e);
    }
  }

  private static List<LiveEvent> decode(@Nullable String json) {
    List<LiveEvent> events = new ArrayList<>();
    try {
      if (json != null && Json.mapper().readTree(json) instanceof ArrayNode array) {
        for (JsonNode node : array) {
          if (node.get("d") instanceof ObjectNode data) {
            events.add(
                new LiveEvent(
                    node.path("s").longValue(),
                    node.path("t").textValue(),
                    Instant.ofEpochMilli(node.path("at").longValue()),
                    data));
          }
        }
      }
      return events;
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }
}
