package dev.parley.worker.provider.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.worker.provider.Deadlines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BodyReaderTest {

  private static final Deadline PATIENT = Deadline.in(Duration.ofSeconds(30), Deadlines.Phase.IDLE);

  private final BodyReader reader = new BodyReader(new Alarms());

  @Test
  void aReaderThatAsksBeforeItIsSubscribedGetsItsChunk() throws Exception {
    Thread late =
        Thread.ofVirtual()
            .unstarted(() -> {
              try {
                Thread.sleep(100);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              reader.onSubscribe(new Sender());
            });
    late.start();
    assertThat(reader.read(PATIENT)).hasSize(1);
  }

  @Test
  void neverAsksForMoreThanItMayHold() throws Exception {
    Sender sender = new Sender();
    reader.onSubscribe(sender);
    for (int read = 0; read < 100; read++) {
      reader.read(PATIENT);
      long asked = sender.requests.stream().mapToLong(Long::longValue).sum();
      assertThat(asked - read).isBetween(1L, (long) BodyReader.AHEAD);
    }
    assertThat(sender.requests).hasSizeLessThan(30);
  }

  @Test
  void aDeadlineThatMovesAwayWakesNobodyBeforeItPasses() throws Exception {
    reader.onSubscribe(new Silent());
    Duration idle = Duration.ofMillis(300);
    long begun = System.nanoTime();
    for (int token = 0; token < 5; token++) {
      Thread.ofVirtual()
          .start(() -> {
            LockSupport.parkNanos(100_000_000);
            reader.onNext(List.of(ByteBuffer.allocate(1)));
          });
      assertThat(reader.read(Deadline.in(idle, Deadlines.Phase.IDLE))).hasSize(1);
    }
    assertThatThrownBy(() -> reader.read(Deadline.in(idle, Deadlines.Phase.IDLE)))
        .isInstanceOf(DeadlinePassedException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(800), Duration.ofSeconds(5));
  }

  @Test
  void aDeadlineThatMovesNearerIsKept() throws Exception {
    reader.onSubscribe(new Silent());
    reader.onNext(List.of(ByteBuffer.allocate(1)));
    Thread.ofVirtual()
        .start(() -> {
          LockSupport.parkNanos(100_000_000);
          reader.onNext(List.of(ByteBuffer.allocate(1)));
        });
    assertThat(reader.read(PATIENT)).hasSize(1);
    assertThat(reader.read(PATIENT)).hasSize(1);
    long begun = System.nanoTime();
    assertThatThrownBy(() -> reader.read(Deadline.in(Duration.ofMillis(200), Deadlines.Phase.IDLE)))
        .isInstanceOf(DeadlinePassedException.class);
    assertThat(System.nanoTime() - begun).isLessThan(5_000_000_000L);
  }

  @Test
  void whatHasArrivedIsReadBeforeTheEnd() throws Exception {
    reader.onSubscribe(new Silent());
    reader.onNext(List.of(ByteBuffer.allocate(1)));
    reader.onComplete();
    assertThat(reader.read(PATIENT)).hasSize(1);
    assertThat(reader.read(PATIENT)).isNull();
  }

  @Test
  void aBrokenBodyIsAnErrorAfterItsLastChunk() throws Exception {
    reader.onSubscribe(new Silent());
    reader.onNext(List.of(ByteBuffer.allocate(1)));
    reader.onError(new IOException("reset"));
    assertThat(reader.read(PATIENT)).hasSize(1);
    assertThatThrownBy(() -> reader.read(PATIENT)).isInstanceOf(IOException.class);
  }

  @Test
  void anAbortBeforeTheSubscriptionCancelsItWhenItComes() {
    Silent subscription = new Silent();
    reader.abort();
    reader.onSubscribe(subscription);
    assertThat(subscription.cancelled).isTrue();
    assertThat(reader.ended()).isCompletedExceptionally();
  }

  /** Sends a chunk for each request. */
  private final class Sender implements Flow.Subscription {

    private final List<Long> requests = new ArrayList<>();

    @Override
    public void request(long count) {
      requests.add(count);
      for (long i = 0; i < count; i++) {
        reader.onNext(List.of(ByteBuffer.allocate(1)));
      }
    }

    @Override
    public void cancel() {
      throw new AssertionError("nobody cancels here");
    }
  }

  private static final class Silent implements Flow.Subscription {

    private boolean cancelled;

    @Override
    public void request(long count) {
      assertThat(count).isPositive();
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
