package dev.parley.storage;

import dev.parley.schemas.SessionKey;
import java.util.concurrent.CompletableFuture;

/**
 * Lets all nodes of the API know which sessions are going to be made by messages that one of them
 * accepts. Best effort: without it a node knows of its own messages only. Neither call blocks for
 * longer than a moment or throws. Safe for use by many threads.
 */
public interface ExpectedSessions {

  /**
   * Tells all nodes. Forgotten again after a while.
   *
   * @return completes once they can know, or when that cannot be waited for; never with a failure
   */
  CompletableFuture<Void> expect(SessionKey key);

  /**
   * Whether some node told of it and none deleted it afterwards.
   *
   * @param otherwise the answer when nothing is known of it, or cannot be found out right now
   */
  boolean isExpected(SessionKey key, boolean otherwise);

  /** The session was deleted, so that no message may count on it any more. */
  void forget(SessionKey key);

  /** For deployments without Redis. */
  ExpectedSessions NONE =
      new ExpectedSessions() {
        private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

        @Override
        public CompletableFuture<Void> expect(SessionKey key) {
          return DONE;
        }

        @Override
        public boolean isExpected(SessionKey key, boolean otherwise) {
          return otherwise;
        }

        @Override
        public void forget(SessionKey key) {}
      };
}
