package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer's time in the group: polls, takes partitions and gives them up, commits. The
 * consumer's thread alone.
 */
final class Membership<A> implements ConsumerRebalanceListener {

  private static final Logger log = LoggerFactory.getLogger(Membership.class);

  /** Also how late a commit may be, and how long a stop may go unnoticed. */
  private static final Duration POLL = Duration.ofMillis(50);

  /** Shorter, since there may be room again at any moment. */
  private static final Duration POLL_WHILE_PAUSED = Duration.ofMillis(10);

  /** For turns that were interrupted to end. */
  private static final Duration INTERRUPT_GRACE = Duration.ofSeconds(2);

  private final Consumer<byte[], byte[]> consumer;
  private final Core<A> core;
  private final Commits commits;
  private final Connection connection;
  private final Rereader<A> rereader;
  private final Map<TopicPartition, Assignment> assignments = new HashMap<>();

  Membership(Consumer<byte[], byte[]> consumer, Core<A> core) {
    this.consumer = consumer;
    this.core = core;
    this.commits =
        new Commits(
            consumer,
            core.dispatcher(),
            core.config().times().commitInterval(),
            core.ticker(),
            core.troubles());
    this.connection = new Connection(consumer, core.ticker(), core.troubles());
    this.rereader =
        new Rereader<>(core.consumers(), core.dispatcher(), core.arrivals(), core.troubles());
  }

  /**
   * Works until the engine stops, then lets what has begun finish.
   *
   * @throws KafkaException when this consumer is of no use any more
   */
  void serve() {
    consumer.subscribe(List.of(core.config().topic()), this);
    int failures = 0;
    while (!core.stop().raised()) {
      try {
        boolean paused = core.gate().adjust(consumer, assignments.values());
        boolean rereading = rereader.read(assignments.values());
        accept(consumer.poll(rereading ? Duration.ZERO : paused ? POLL_WHILE_PAUSED : POLL));
        commits.whenDue(assignments.values());
        connection.look();
        core.troubles().clear(Troubles.Part.CONSUMER);
        failures = 0;
      } catch (RetriableException e) {
        core.troubles().raise(Troubles.Part.CONSUMER, e);
        core.stop().sleep(core.backoff().after(++failures));
      }
    }
    drain();
  }

  private void accept(ConsumerRecords<byte[], byte[]> records) {
    core.readings().lastPollAt = core.clock().instant();
    core.arrivals().accept(records, assignments);
  }

  /** Gives everything up without a word to Kafka; what has begun is interrupted after a while. */
  void abandon() {
    onPartitionsLost(List.copyOf(assignments.keySet()));
    rereader.close();
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    if (core.stop().raised()) {
      consumer.pause(partitions);
      return;
    }
    for (TopicPartition partition : partitions) {
      assignments.put(partition, new Assignment(partition));
    }
    showAssigned("partitions assigned", partitions);
  }

  /** What has not begun is dropped, the rest gets its grace; other partitions' turns go on. */
  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    List<Assignment> revoked = remove(partitions);
    core.dispatcher().retire(revoked);
    finish(revoked, core.config().times().revokeGrace());
    commits.now(revoked);
    showAssigned("partitions revoked", partitions);
  }

  /** They may be another's already: nothing to wait for, nothing to commit. */
  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    List<Assignment> lost = remove(partitions);
    core.dispatcher().retire(lost);
    core.dispatcher().interruptAfter(core.config().times().revokeGrace(), lost);
    showAssigned("partitions lost", partitions);
  }

  /**
   * The last things before the consumer closes. Goes on polling meanwhile, with everything paused,
   * so that the group is served while turns finish.
   */
  private void drain() {
    Collection<Assignment> all = List.copyOf(assignments.values());
    core.dispatcher().retire(all);
    consumer.pause(consumer.assignment());
    long deadline = core.ticker().getAsLong() + core.config().times().stopGrace().toNanos();
    while (!core.dispatcher().awaitQuiet(all, POLL_WHILE_PAUSED)
        && core.ticker().getAsLong() < deadline) {
      try {
        consumer.poll(Duration.ZERO);
        commits.whenDue(assignments.values());
      } catch (RetriableException e) {
        core.troubles().raise(Troubles.Part.CONSUMER, e);
      }
    }
    finish(all, Duration.ZERO);
    commits.now(assignments.values());
    assignments.clear();
  }

  private void finish(Collection<Assignment> retired, Duration grace) {
    if (!core.dispatcher().awaitQuiet(retired, grace)) {
      core.dispatcher().interrupt(retired);
      if (!core.dispatcher().awaitQuiet(retired, INTERRUPT_GRACE)) {
        log.atWarn()
            .setMessage("turns did not end when interrupted")
            .addKeyValue("partitions", retired.stream().map(a -> a.partition).toList())
            .log();
      }
    }
  }

  private List<Assignment> remove(Collection<TopicPartition> partitions) {
    return partitions.stream().map(assignments::remove).filter(Objects::nonNull).toList();
  }

  private void showAssigned(String event, Collection<TopicPartition> partitions) {
    core.readings().assigned = Set.copyOf(assignments.keySet());
    if (!partitions.isEmpty()) {
      log.atInfo()
          .setMessage(event)
          .addKeyValue("partitions", partitions)
          .addKeyValue("assigned", assignments.size())
          .log();
    }
  }
}
