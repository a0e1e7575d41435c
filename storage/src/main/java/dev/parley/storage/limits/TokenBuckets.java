package dev.parley.storage.limits;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Buckets that fill up at a steady rate and that are taken from. Thread-safe; may wait shortly for
 * an answer.
 */
public interface TokenBuckets {

  /**
   * Takes tokens, all or none. More than the bucket can ever hold are taken when it is full; what
   * is missing then is a debt, which later takers wait for.
   *
   * @return null when they were taken, else how long it takes until there may be as many
   */
  @Nullable Duration take(Bucket bucket, long tokens);

  /**
   * Corrects what was taken by an estimate.
   *
   * @param tokens that were used beyond what was taken, even into debt; negative gives back
   */
  void settle(Bucket bucket, long tokens);

  /**
   * A bucket. All who name it must mean the same numbers.
   *
   * @param name made of letters, digits and {@code . _ : / * -}
   * @param capacity how many tokens may be taken at once
   * @param refillPerMinute how many come back in a minute
   */
  record Bucket(String name, long capacity, long refillPerMinute) {
    public Bucket {
      if (capacity < 1 || refillPerMinute < 1) {
        throw new IllegalArgumentException("a bucket must hold something and be refilled");
      }
    }

    /**
     * A bucket out of which no more than {@code perMinute} tokens come in any minute: a tenth may
     * come at once, and as many less come back.
     */
    public static Bucket strict(String name, long perMinute) {
      long capacity = Math.max(1, perMinute / 10);
      return new Bucket(name, capacity, Math.max(1, perMinute - capacity + 1));
    }
  }
}
