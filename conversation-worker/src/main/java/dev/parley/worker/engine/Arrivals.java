package dev.parley.worker.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes tasks of what Kafka gives, and passes on what there is room for. The consumer's thread
 * alone.
 */
final class Arrivals<A> {

  private final Workload<A> workload;
  private final Dispatcher<A> dispatcher;
  private final Intake<A> intake;

  Arrivals(Workload<A> workload, Dispatcher<A> dispatcher, Intake<A> intake) {
    this.workload = workload;
    this.dispatcher = dispatcher;
    this.intake = intake;
  }

  void accept(
      ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, Assignment> assignments) {
    if (records.nextOffsets().isEmpty()) {
      return;
    }
    List<Task<A>> tasks = new ArrayList<>(records.count());
    for (TopicPartition partition : records.partitions()) {
      Assignment assignment = assignments.get(partition);
      if (assignment != null) {
        addTasks(assignment, records.records(partition), tasks);
      }
    }
    List<Task<A>> held = dispatcher.hold(tasks);
    records
        .nextOffsets()
        .forEach((partition, next) -> {
          Assignment assignment = assignments.get(partition);
          if (assignment != null) {
            dispatcher.advance(assignment, next.offset());
          }
        });
    passOn(held);
  }

  /**
   * @param from where the batch begins
   * @param to behind its last offset
   */
  void acceptAgain(
      Assignment assignment, List<ConsumerRecord<byte[], byte[]>> records, long from, long to) {
    List<Task<A>> tasks = new ArrayList<>(records.size());
    addTasks(assignment, records, tasks);
    passOn(dispatcher.holdAgain(assignment, tasks, from, to));
  }

  private void addTasks(
      Assignment assignment, List<ConsumerRecord<byte[], byte[]>> records, List<Task<A>> tasks) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      tasks.add(new Task<>(assignment, record, route(record)));
    }
  }

  private Route route(ConsumerRecord<byte[], byte[]> record) {
    try {
      return workload.route(record);
    } catch (RuntimeException e) {
      return new Route.Poison("unroutable", e.getClass().getName());
    }
  }

  /** What cannot be worked on is not admitted either. */
  private void passOn(List<Task<A>> held) {
    List<Task<A>> wanted = new ArrayList<>(held.size());
    List<Task<A>> poison = new ArrayList<>();
    for (Task<A> task : held) {
      (task.verdict == null ? wanted : poison).add(task);
    }
    // INVARIANT: nobody looks at a task any more that was offered: its verdict may come at any
    // moment.
    intake.offer(wanted);
    dispatcher.submit(poison);
  }
}
