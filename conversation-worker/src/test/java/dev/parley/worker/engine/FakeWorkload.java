package dev.parley.worker.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Writes down what it is asked to do, and watches that a lane is never run twice at once. */
final class FakeWorkload implements Workload<String> {

  interface Admission {
    void check(List<ConsumerRecord<byte[], byte[]>> records) throws Exception;
  }

  interface Performance {
    Step perform(ConsumerRecord<byte[], byte[]> record, int tries) throws InterruptedException;
  }

  record DeadLetter(long offset, String reason) {}

  volatile Consumer<ConsumerRecord<byte[], byte[]>> routing = record -> {};
  volatile Admission admission = records -> {};
  volatile Performance performance = (record, tries) -> new Step.Done();
  volatile DeadLetterSink sink = (record, reason, detail) -> {};

  /** Offsets in the order in which they were admitted, a list per call that went well. */
  final List<List<Long>> admitted = new CopyOnWriteArrayList<>();

  /** Values by lane, in the order in which they were done. */
  final Map<String, List<String>> done = new ConcurrentHashMap<>();

  final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
  final List<String> violations = new CopyOnWriteArrayList<>();
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  @Override
  public Route route(ConsumerRecord<byte[], byte[]> record) {
    routing.accept(record);
    return Records.route(record);
  }

  @Override
  public List<String> admit(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
    admission.check(records);
    admitted.add(records.stream().map(ConsumerRecord::offset).toList());
    return records.stream().map(record -> "admitted " + record.offset()).toList();
  }

  @Override
  public Step perform(ConsumerRecord<byte[], byte[]> record, String admission, Turn turn)
      throws InterruptedException {
    String lane = Records.key(record);
    if (!running.add(lane)) {
      violations.add("two turns at once in " + lane + " at " + record.offset());
    }
    try {
      if (!admission.equals("admitted " + record.offset())) {
        violations.add(admission + " was given to " + record.offset());
      }
      Step step = performance.perform(record, turn.tries());
      if (step instanceof Step.Done) {
        done.computeIfAbsent(lane, key -> new CopyOnWriteArrayList<>()).add(Records.value(record));
      }
      return step;
    } finally {
      running.remove(lane);
    }
  }

  void bury(ConsumerRecord<byte[], byte[]> record, String reason, String detail) throws Exception {
    sink.accept(record, reason, detail);
    deadLetters.add(new DeadLetter(record.offset(), reason));
  }

  int doneCount() {
    return done.values().stream().mapToInt(List::size).sum();
  }
}
