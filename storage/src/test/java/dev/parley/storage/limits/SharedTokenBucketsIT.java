package dev.parley.storage.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.storage.contract.Services;
import dev.parley.storage.limits.TokenBuckets.Bucket;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.TimeoutOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

final class SharedTokenBucketsIT {

  private static final RedisClient CLIENT = client(Services.infrastructure().redisUrl());

  private final String name = "test/" + UUID.randomUUID();

  @AfterAll
  static void close() {
    CLIENT.shutdown(Duration.ZERO, Duration.ofSeconds(1));
  }

  @Test
  void twoProcessesTakeOutOfOneBucket() throws Exception {
    Bucket bucket = new Bucket(name, 20, 1);
    try (SharedTokenBuckets one = started();
        SharedTokenBuckets two = started();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Duration>> takes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        SharedTokenBuckets taker = i % 2 == 0 ? one : two;
        takes.add(() -> taker.take(bucket, 1));
      }
      int taken = 0;
      for (Future<Duration> take : threads.invokeAll(takes)) {
        taken += take.get() == null ? 1 : 0;
      }
      assertThat(taken).isEqualTo(20);
      assertThat(one.isShared()).isTrue();
      assertThat(two.isShared()).isTrue();
    }
  }

  @Test
  void theyKnowOfEachOther() throws Exception {
    try (SharedTokenBuckets one = started();
        SharedTokenBuckets two = started()) {
      await(() -> one.sharers() >= 2 && two.sharers() >= 2);
    }
  }

  @Test
  void whatWasTakenTooMuchComesBackAndWhatWasTooLittleIsOwed() throws Exception {
    Bucket bucket = new Bucket(name, 100, 1);
    try (SharedTokenBuckets one = started()) {
      assertThat(one.take(bucket, 100)).isNull();
      one.settle(bucket, -60);
      assertThat(one.take(bucket, 60)).isNull();
      one.settle(bucket, 120);
      assertThat(one.take(bucket, 1)).isGreaterThan(Duration.ofMinutes(100));
    }
  }

  @Test
  void moreThanABucketHoldsIsTakenWhenItIsFullAndOwedForLater() throws Exception {
    Bucket bucket = new Bucket(name, 10, 60);
    try (SharedTokenBuckets one = started()) {
      assertThat(one.take(bucket, 70)).isNull();
      assertThat(one.take(bucket, 1)).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(62));
    }
  }

  @Test
  void whileRedisIsAwayAShareBeginsEmptyBecauseTheSharedOneMayHaveBeen() {
    RedisClient away = client("redis://127.0.0.1:1");
    try (SharedTokenBuckets one = new SharedTokenBuckets(() -> away, 2, Clock.systemUTC())) {
      one.start();
      assertThat(one.take(new Bucket(name, 20, 60), 1))
          .isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(2));
      assertThat(one.isShared()).isFalse();
    }
    away.shutdown(Duration.ZERO, Duration.ofSeconds(1));
  }

  @Test
  void withoutRedisEachKeepsToItsShare() {
    Bucket bucket = new Bucket(name, 20, 2);
    try (SharedTokenBuckets one = new SharedTokenBuckets(null, 4, Clock.systemUTC())) {
      one.start();
      int taken = 0;
      while (one.take(bucket, 1) == null) {
        taken++;
      }
      assertThat(taken).isEqualTo(5);
      assertThat(one.isShared()).isFalse();
    }
  }

  private static SharedTokenBuckets started() throws Exception {
    SharedTokenBuckets buckets = new SharedTokenBuckets(() -> CLIENT, 1, Clock.systemUTC());
    buckets.start();
    await(buckets::isShared);
    return buckets;
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  private static RedisClient client(String url) {
    RedisClient client = RedisClient.create(url);
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(3)))
            .build());
    return client;
  }
}
