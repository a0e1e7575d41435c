package dev.parley.worker.engine;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Pauses reading at the engine's bounds, and resumes once a quarter of them is free again. The
 * consumer's thread alone.
 */
final class Gate {

  private final EngineConfig.Bounds bounds;
  private final Dispatcher<?> dispatcher;
  private final Readings readings;

  Gate(EngineConfig.Bounds bounds, Dispatcher<?> dispatcher, Readings readings) {
    this.bounds = bounds;
    this.dispatcher = dispatcher;
    this.readings = readings;
  }

  /** Pauses and resumes what should be; true when anything is paused. */
  boolean adjust(Consumer<?, ?> consumer, Collection<Assignment> assignments) {
    String cause = readings.pausedBy;
    cause = cause == null ? whyFull() : roomAgain() ? null : cause;
    readings.pausedBy = cause;
    Set<TopicPartition> wanted = new HashSet<>();
    Set<TopicPartition> unwanted = new HashSet<>();
    for (Assignment assignment : assignments) {
      boolean shut = isStretched(assignment) || cause != null;
      (shut ? unwanted : wanted).add(assignment.partition);
    }
    Set<TopicPartition> paused = consumer.paused();
    unwanted.removeAll(paused);
    wanted.retainAll(paused);
    if (!unwanted.isEmpty()) {
      consumer.pause(unwanted);
    }
    if (!wanted.isEmpty()) {
      consumer.resume(wanted);
    }
    return paused.size() + unwanted.size() - wanted.size() > 0;
  }

  private @Nullable String whyFull() {
    if (dispatcher.held() >= bounds.maxBuffered()) {
      return "as many records held as may be: " + bounds.maxBuffered();
    }
    if (dispatcher.heldBytes() >= bounds.maxBufferedBytes()) {
      return "as many bytes held as may be: " + bounds.maxBufferedBytes();
    }
    return null;
  }

  private boolean roomAgain() {
    return dispatcher.held() <= threeQuarters(bounds.maxBuffered())
        && dispatcher.heldBytes() <= threeQuarters(bounds.maxBufferedBytes());
  }

  /** One record that takes long must not let the span of its partition grow without end. */
  private boolean isStretched(Assignment assignment) {
    long span = dispatcher.span(assignment);
    assignment.stretched =
        span
            > (assignment.stretched
                ? threeQuarters(bounds.maxUncommitted())
                : bounds.maxUncommitted() - 1);
    return assignment.stretched;
  }

  private static long threeQuarters(long bound) {
    return bound - (bound + 3) / 4;
  }
}
