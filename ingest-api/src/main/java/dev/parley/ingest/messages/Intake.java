package dev.parley.ingest.messages;

import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.Job;
import org.jspecify.annotations.Nullable;

/** A message that was checked and has its job id, on its way into the log. For one thread. */
interface Intake {

  MessageSubmitted submission();

  /** Whether an earlier request brought the same message and had it accepted. */
  boolean replayed();

  /** What is known of the job of an earlier request; null when nothing is, and for new ones. */
  @Nullable Job known();

  /**
   * Returns once the message is durable.
   *
   * @throws dev.parley.ingest.http.ApiException when it is not known to be
   */
  void send() throws InterruptedException;
}
