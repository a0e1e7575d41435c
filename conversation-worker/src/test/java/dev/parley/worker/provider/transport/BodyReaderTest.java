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
  void asksForOneChunkAtATime() throws Exception {
    Sender sender = new Sender();
    reader.onSubscribe(sender);
    reader.read(PATIENT);
    reader.read(PATIENT);
    assertThat(sender.requests).containsExactly(1L, 1L);
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
      reader.onNext(List.of(ByteBuffer.allocate(1)));
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
