package dev.parley.worker.provider.transport;

import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one origin. Fills the first client before it takes the next, so that the later
 * ones fall idle when the load goes.
 *
 * <p>INVARIANT: whoever holds one of {@code calls} finds a client with room or may make one, so
 * there are never more than {@code maxCalls / callsPerClient} clients, rounded up, save for the
 * moment between two releases.
 */
final class OriginPool implements AutoCloseable {

  private final Supplier<HttpClient> newClient;
  private final int callsPerClient;
  private final boolean bornWarm;
  private final Semaphore calls;
  private final List<ClientSlot> slots = new CopyOnWriteArrayList<>();

  OriginPool(Supplier<HttpClient> newClient, int callsPerClient, int maxCalls, boolean bornWarm) {
    this.newClient = newClient;
    this.callsPerClient = callsPerClient;
    this.bornWarm = bornWarm;
    this.calls = new Semaphore(maxCalls, true);
  }

  ClientSlot acquire(Deadline deadline) throws InterruptedException, DeadlinePassedException {
    if (!calls.tryAcquire(Math.max(0, deadline.remaining()), TimeUnit.NANOSECONDS)) {
      throw deadline.passed();
    }
    ClientSlot slot = firstWithRoom();
    return slot == null ? withRoomOrNew() : slot;
  }

  void release(ClientSlot slot) {
    slot.release();
    calls.release();
  }

  int clients() {
    return slots.size();
  }

  @Override
  public void close() {
    for (ClientSlot slot : slots) {
      slot.client().shutdownNow();
    }
  }

  private @Nullable ClientSlot firstWithRoom() {
    for (ClientSlot slot : slots) {
      if (slot.tryAcquire()) {
        return slot;
      }
    }
    return null;
  }

  private synchronized ClientSlot withRoomOrNew() {
    ClientSlot slot = firstWithRoom();
    if (slot == null) {
      slot = new ClientSlot(newClient.get(), callsPerClient, bornWarm);
      slot.tryAcquire();
      slots.add(slot);
    }
    return slot;
  }
}
