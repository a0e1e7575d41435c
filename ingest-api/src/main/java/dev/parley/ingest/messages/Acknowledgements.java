package dev.parley.ingest.messages;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.ingest.messages.SubmissionLog.TooLargeException;
import dev.parley.ingest.messages.SubmissionLog.UnavailableException;
import dev.parley.schemas.JobId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * What is awaited from Kafka. Everything comes within its time, as the producer promises; this sees
 * to it also where the producer cannot keep it, its thread having died. A time limit at every
 * single wait would do the same, and take 15 us of each, as timed waits of virtual threads go
 * through one thread that has to be woken twice. Thread-safe.
 */
final class Acknowledgements {

  private final long timeout;
  private final Ticker ticker;

  private final ConcurrentLinkedQueue<Acknowledgement> awaited = new ConcurrentLinkedQueue<>();

  /**
   * @param timeout after which one that did not come counts as failed
   */
  Acknowledgements(Duration timeout, Ticker ticker) {
    this.timeout = timeout.toNanos();
    this.ticker = ticker;
  }

  /** Sees to it that it comes. */
  void watch(Acknowledgement sent) {
    sent.overdueAt = ticker.read() + timeout;
    awaited.add(sent);
  }

  /**
   * Lets go of those that are done and fails those that are overdue; to be called every so often.
   */
  void failOverdue() {
    long now = ticker.read();
    // All of them: what a partition that is away holds up would hide the others behind it.
    awaited.removeIf(sent -> {
      if (now - sent.overdueAt >= 0) {
        sent.fail(new UnavailableException("no acknowledgement in time", null));
      }
      return sent.isDone();
    });
  }

  /** Nobody sends any more, and nothing comes any more. */
  void failAll() {
    awaited.removeIf(sent -> {
      sent.fail(new UnavailableException("closed before it was acknowledged", null));
      return true;
    });
  }

  /** How many are kept, those that are done and were not let go yet among them. */
  int watched() {
    return awaited.size();
  }

  /** The producer's callback and the caller's future in one, since there are so many of them. */
  static final class Acknowledgement extends CompletableFuture<Void> implements Callback {
    private final JobId job;
    private final Consumer<JobId> onFailure;

    // INVARIANT: written before it is queued, and read out of the queue only
    private long overdueAt;

    /**
     * @param onFailure is told the job before the future fails
     */
    Acknowledgement(JobId job, Consumer<JobId> onFailure) {
      this.job = job;
      this.onFailure = onFailure;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception e) {
      if (e == null) {
        complete(null);
      } else {
        fail(e);
      }
    }

    /** Does nothing where the outcome is known already. */
    void fail(Exception e) {
      if (isDone()) {
        return;
      }
      onFailure.accept(job);
      completeExceptionally(
          switch (e) {
            case RecordTooLargeException tooLarge -> new TooLargeException();
            case UnavailableException unavailable -> unavailable;
            default -> new UnavailableException(e.getClass().getSimpleName(), e);
          });
    }
  }
}
