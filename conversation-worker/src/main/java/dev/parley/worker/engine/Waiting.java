package dev.parley.worker.engine;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The records that wait for admission: within a tenant in order, between tenants in rotation, so
 * that a few records of one do not wait for the many of another. Safe for use by many threads.
 *
 * <p>INVARIANT: bounded by the engine's bounds on what it holds: a record that waits is held.
 */
final class Waiting<A> {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Map<String, ArrayDeque<Task<A>>> byTenant = new HashMap<>();

  /** The queues that are not empty, in the order of their turns. */
  private final ArrayDeque<ArrayDeque<Task<A>>> rotation = new ArrayDeque<>();

  void add(Collection<Task<A>> tasks) {
    lock.lock();
    try {
      for (Task<A> task : tasks) {
        ArrayDeque<Task<A>> queue =
            byTenant.computeIfAbsent(task.key.tenant(), name -> new ArrayDeque<>());
        if (queue.isEmpty()) {
          rotation.add(queue);
        }
        queue.add(task);
      }
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a first record, and takes what there is up to the bounds; always one. */
  void take(Collection<Task<A>> into, int most, long mostBytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (rotation.isEmpty()) {
        filled.await();
      }
      poll(into, most, mostBytes);
    } finally {
      lock.unlock();
    }
  }

  /** Takes what there is, without waiting. */
  void poll(Collection<Task<A>> into, int most, long mostBytes) {
    lock.lock();
    try {
      long bytes = 0;
      for (int taken = 0; taken < most && bytes < mostBytes && !rotation.isEmpty(); taken++) {
        ArrayDeque<Task<A>> queue = rotation.remove();
        Task<A> task = queue.remove();
        into.add(task);
        bytes += task.bytes();
        if (queue.isEmpty()) {
          byTenant.remove(task.key.tenant());
        } else {
          rotation.add(queue);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
