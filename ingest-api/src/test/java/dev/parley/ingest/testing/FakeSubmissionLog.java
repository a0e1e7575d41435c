package dev.parley.ingest.testing;

import dev.parley.ingest.messages.SubmissionLog;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Submission;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log that remembers what it took, and can be told not to acknowledge. */
public final class FakeSubmissionLog implements SubmissionLog {

  /** How it answers. */
  public enum Mode {
    ACKNOWLEDGE,
    FAIL,
    /** Leaves it to the test, which finds them in {@link #held}. */
    HOLD
  }

  public final List<Submission> accepted = new CopyOnWriteArrayList<>();
  public final List<Submission> offered = new CopyOnWriteArrayList<>();
  public final List<CompletableFuture<Void>> held = new CopyOnWriteArrayList<>();
  public final List<String> traceparents = new CopyOnWriteArrayList<>();
  public volatile Mode mode = Mode.ACKNOWLEDGE;

  @Override
  public CompletableFuture<Void> accept(
      Submission submission, @Nullable String traceparent, Pace pace, Consumer<JobId> onFailure) {
    offered.add(submission);
    return switch (mode) {
      case ACKNOWLEDGE -> {
        accepted.add(submission);
        traceparents.add(String.valueOf(traceparent));
        yield CompletableFuture.completedFuture(null);
      }
      case FAIL -> {
        onFailure.accept(submission.jobId());
        yield CompletableFuture.failedFuture(new UnavailableException("down", null));
      }
      case HOLD -> {
        CompletableFuture<Void> open = new CompletableFuture<>();
        held.add(open);
        yield open;
      }
    };
  }
}
