package dev.parley.worker.resilience;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who waits at a limit, and until when: tenants take turns, however many calls each of them has
 * waiting. The times of a tenant's calls follow each other at the pace of the limit, slowed down by
 * the tenants that have more calls waiting. Times that were told are not taken back; instead a call
 * waits once more that comes while the next turn is owed to another tenant.
 *
 * <p>Each method takes the lock. Times are those of {@link System#nanoTime}.
 */
final class Waiters {

  /** How long after its time a call is still expected. */
  private static final long GRACE = 1_000_000_000L;

  /** Whose calls stay away as often in a row is waited for no more: they went elsewhere. */
  private static final int MOST_LAPSES = 3;

  /** Who has not been here for so long is forgotten, when there are many. */
  private static final long REMEMBERED = 60_000_000_000L;

  private static final int CLEAN_ABOVE = 1_000;

  /** When a call was told to come, and what it takes of the limit. */
  private record Place(long due, long tokens) {}

  private static final class Queue {
    /** In about the order of their times. */
    final Map<String, Place> waiting = new LinkedHashMap<>();

    /** Those whose time has come, and that have not. */
    final Map<String, Place> expected = new LinkedHashMap<>();

    /** Of those that wait. */
    long tokens;

    boolean hasLast;
    long last;
    boolean served;
    long servedAt;
    long seenAt;
    int lapses;

    boolean hadItsTurnBefore(Queue other) {
      return other.served && (!served || servedAt - other.servedAt < 0);
    }

    boolean isReliable() {
      return lapses < MOST_LAPSES;
    }

    boolean isEmpty() {
      return waiting.isEmpty() && expected.isEmpty();
    }
  }

  // INVARIANT: a queue's tokens are the sum of those that wait in it; places counts all places
  private final Map<String, Queue> queues = new HashMap<>();
  private int places;

  /** In nanoseconds a token. */
  private final double pace;

  private final long capacity;
  private final long longestWait;

  /**
   * @param pace of the limit, in nanoseconds a token
   * @param capacity how many tokens the limit gives at once
   * @param longestWait nobody is told to wait for longer, in nanoseconds
   */
  Waiters(double pace, long capacity, long longestWait) {
    this.pace = pace;
    this.capacity = capacity;
    this.longestWait = longestWait;
  }

  /**
   * A call has come, for the first time or again.
   *
   * @param call the same each time
   * @return whether it must take nothing now, because another tenant comes first
   */
  synchronized boolean mustYield(String tenant, String call, long tokens, long now) {
    if (places == 0) {
      return false;
    }
    Queue own = queue(tenant, now);
    if (leave(own, call)) {
      own.lapses = 0;
    }
    long soon = now + (long) (tokens * pace);
    for (Queue other : queues.values()) {
      if (other != own && other.hadItsTurnBefore(own) && isOwed(other, now, soon)) {
        return true;
      }
    }
    return false;
  }

  /** A call took what it wanted. */
  synchronized void served(String tenant, long now) {
    if (places > 0) {
      Queue own = queue(tenant, now);
      own.served = true;
      own.servedAt = now;
    }
  }

  /**
   * Gives a call its place behind those of its tenant.
   *
   * @param soonest when there may be tokens for it
   * @return when it is to come again
   */
  synchronized long enqueue(String tenant, String call, long tokens, long soonest, long now) {
    clean(now);
    Queue own = queue(tenant, now);
    leave(own, call);
    int sharers = 1;
    for (Queue other : queues.values()) {
      if (other != own) {
        advance(other, now);
        sharers += other.isReliable() && other.tokens > own.tokens ? 1 : 0;
      }
    }
    long due = soonest;
    if (own.hasLast && own.last - soonest >= 0) {
      long latest = now + longestWait;
      due = own.last + Math.min((long) (tokens * pace * sharers), longestWait);
      due = due - latest > 0 ? latest : due;
    }
    own.hasLast = true;
    own.last = due;
    own.waiting.put(call, new Place(due, tokens));
    own.tokens += tokens;
    places++;
    return due;
  }

  private Queue queue(String tenant, long now) {
    Queue queue = queues.computeIfAbsent(tenant, name -> new Queue());
    queue.seenAt = now;
    advance(queue, now);
    return queue;
  }

  private boolean leave(Queue queue, String call) {
    Place place = queue.waiting.remove(call);
    if (place != null) {
      queue.tokens -= place.tokens;
    } else {
      place = queue.expected.remove(call);
    }
    places -= place == null ? 0 : 1;
    return place != null;
  }

  /**
   * Whether a call of the queue is about to come, or late and still expected. What it takes has to
   * be saved up before it comes: who took of that, would have it come in vain.
   */
  private boolean isOwed(Queue queue, long now, long soon) {
    advance(queue, now);
    if (!queue.isReliable() || queue.isEmpty()) {
      return false;
    }
    if (!queue.expected.isEmpty()) {
      return true;
    }
    Place first = queue.waiting.values().iterator().next();
    return first.due - (long) (Math.min(first.tokens, capacity) * pace) - soon <= 0;
  }

  private void advance(Queue queue, long now) {
    Iterator<Map.Entry<String, Place>> waiting = queue.waiting.entrySet().iterator();
    while (waiting.hasNext()) {
      Map.Entry<String, Place> first = waiting.next();
      if (first.getValue().due - now > 0) {
        break;
      }
      waiting.remove();
      queue.tokens -= first.getValue().tokens;
      queue.expected.put(first.getKey(), first.getValue());
    }
    Iterator<Place> expected = queue.expected.values().iterator();
    while (expected.hasNext() && expected.next().due + GRACE - now < 0) {
      expected.remove();
      places--;
      queue.lapses++;
    }
  }

  private void clean(long now) {
    if (queues.size() > CLEAN_ABOVE) {
      queues.values().forEach(queue -> advance(queue, now));
      queues.values().removeIf(queue -> queue.isEmpty() && now - queue.seenAt > REMEMBERED);
    }
  }
}
