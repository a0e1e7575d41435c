package dev.parley.storage.live;

import dev.parley.schemas.JobId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who listens to which job in this process. Thread-safe. */
final class Listeners {

  private final Map<JobId, List<Consumer<LiveEvent>>> byJob = new ConcurrentHashMap<>();

  /**
   * @return whether it is the job's first listener
   */
  boolean add(JobId jobId, Consumer<LiveEvent> listener) {
    boolean[] first = new boolean[1];
    byJob.compute(
        jobId,
        (id, present) -> {
          first[0] = present == null;
          List<Consumer<LiveEvent>> listeners =
              present == null ? new CopyOnWriteArrayList<>() : present;
          listeners.add(listener);
          return listeners;
        });
    return first[0];
  }

  /**
   * @return whether nobody listens to the job any more
   */
  boolean remove(JobId jobId, Consumer<LiveEvent> listener) {
    boolean[] last = new boolean[1];
    byJob.computeIfPresent(
        jobId,
        (id, present) -> {
          last[0] = present.remove(listener) && present.isEmpty();
          return present.isEmpty() ? null : present;
        });
    return last[0];
  }

  void tell(JobId jobId, LiveEvent event) {
    for (Consumer<LiveEvent> listener : byJob.getOrDefault(jobId, List.of())) {
      listener.accept(event);
    }
  }

  List<JobId> jobs() {
    return List.copyOf(byJob.keySet());
  }
}
