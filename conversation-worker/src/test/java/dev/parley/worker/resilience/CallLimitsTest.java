package dev.parley.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.schemas.TenantId;
import dev.parley.storage.limits.TokenBuckets;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Wildcard;
import dev.parley.worker.resilience.Fixtures.Told;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CallLimitsTest {

  private final FullBuckets buckets = new FullBuckets();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Told inner = new Told();
  private long now;

  @Test
  void anEstimateIsTakenAndSettledByWhatWasUsed() throws Exception {
    ChatProvider provider = limited(new RateLimit("told", new Wildcard("m*"), 60L, 1_000L));
    provider.call(Fixtures.call("m1", 95), ReplyListener.NONE);
    assertThat(buckets.taken)
        .containsEntry("told/m*:requests", 1L)
        .containsEntry("told/m*:tokens", 30L);

    inner.usage = null;
    provider.call(Fixtures.call("m2", 95), ReplyListener.NONE);
    assertThat(buckets.taken).containsEntry("told/m*:tokens", 130L);

    inner.usage = ProviderUsage.of(30, 1).asUnfinished();
    provider.call(Fixtures.call("m3", 95), ReplyListener.NONE);
    assertThat(buckets.taken).containsEntry("told/m*:tokens", 230L);
  }

  @Test
  void whatFailedWithoutUsingAnythingGivesItsTokensBackAndNotItsRequest() {
    ChatProvider provider = limited(new RateLimit("told", new Wildcard("*"), 60L, 1_000L));
    inner.failure = new Failure.Overloaded(null);
    failure(provider, "m");
    assertThat(buckets.taken)
        .containsEntry("told/*:requests", 1L)
        .containsEntry("told/*:tokens", 0L);
  }

  @Test
  void aReachedLimitCallsNothingAndKeepsNothing() {
    ChatProvider provider = limited(new RateLimit("told", new Wildcard("*"), 600L, 1_000L));
    buckets.full = "told/*:tokens";
    ProviderException e = failure(provider, "m");
    assertThat(e.failure()).isEqualTo(new Failure.LimitReached(Duration.ofSeconds(2)));
    assertThat(inner.calls).isZero();
    assertThat(buckets.taken).containsEntry("told/*:requests", 0L);
    assertThat(metrics.get("parley.provider.limit.waits").tag("kind", "tokens").counter().count())
        .isEqualTo(1);
  }

  @Test
  void whoIsRefusedByOneLimitHasNotHadItsTurnAtTheOther() throws Exception {
    ChatProvider provider = limited(new RateLimit("told", new Wildcard("*"), 66L, 1_000L));
    buckets.full = "told/*:requests";
    failure(provider, of("a", "a1"));
    failure(provider, of("b", "b1"));
    failure(provider, of("b", "b2"));

    now = Duration.ofSeconds(2).toNanos();
    buckets.full = "";
    provider.call(of("b", "b1"), ReplyListener.NONE);
    now += Duration.ofMillis(100).toNanos();
    buckets.full = "told/*:tokens";
    failure(provider, of("a", "a1"));

    // Now b's second call is expected too: it is a's turn all the same.
    now = Duration.ofMillis(3_500).toNanos();
    buckets.full = "";
    provider.call(of("a", "a1"), ReplyListener.NONE);
    assertThat(inner.calls).isEqualTo(2);
  }

  private static ProviderCall of(String tenant, String key) {
    return Fixtures.call("m", 95).withTenant(new TenantId(tenant)).withRequestKey(key);
  }

  @Test
  void thoseWhoWaitComeBackOneAfterTheOther() {
    ChatProvider provider = limited(new RateLimit("told", new Wildcard("*"), 66L, null));
    buckets.full = "told/*:requests";
    assertThat(failure(provider, "m").failure().retryAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(failure(provider, "m").failure().retryAfter())
        .isBetween(Duration.ofMillis(2_900), Duration.ofMillis(3_100));
    for (int i = 0; i < 100; i++) {
      failure(provider, "m");
    }
    assertThat(failure(provider, "m").failure().retryAfter()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void otherProvidersModelsAndKeysAreNotLimited() throws Exception {
    assertThat(limited(new RateLimit("other", new Wildcard("*"), 1L, null))).isSameAs(inner);
    ChatProvider provider = limited(new RateLimit("told", new Wildcard("m"), 1L, 1L));
    provider.call(Fixtures.call("n", 5), ReplyListener.NONE);
    provider.call(
        Fixtures.call("m", 5).withApiKey(new ApiKey("a-tenants-own")), ReplyListener.NONE);
    assertThat(buckets.taken).isEmpty();
  }

  @Test
  void allLimitsThatFitHold() throws Exception {
    ChatProvider provider =
        limited(
            new RateLimit("told", new Wildcard("*"), 60L, null),
            new RateLimit("told", new Wildcard("m"), 60L, null));
    provider.call(Fixtures.call("m", 5), ReplyListener.NONE);
    assertThat(buckets.taken)
        .containsEntry("told/*:requests", 1L)
        .containsEntry("told/m:requests", 1L);
  }

  private ChatProvider limited(RateLimit... limits) {
    return new CallLimits(List.of(limits), buckets, call -> 5, () -> now, metrics).around(inner);
  }

  private static ProviderException failure(ChatProvider provider, String model) {
    return failure(provider, Fixtures.call(model, 95));
  }

  private static ProviderException failure(ChatProvider provider, ProviderCall call) {
    return catchThrowableOfType(
        ProviderException.class, () -> provider.call(call, ReplyListener.NONE));
  }

  /** Adds up what is taken; one of them may be exhausted. */
  private static final class FullBuckets implements TokenBuckets {
    final Map<String, Long> taken = new HashMap<>();
    String full = "";

    @Override
    public @Nullable Duration take(Bucket bucket, long tokens) {
      if (bucket.name().equals(full)) {
        return Duration.ofSeconds(2);
      }
      taken.merge(bucket.name(), tokens, Long::sum);
      return null;
    }

    @Override
    public void settle(Bucket bucket, long tokens) {
      taken.merge(bucket.name(), tokens, Long::sum);
    }
  }
}
