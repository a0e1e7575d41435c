package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class JobIdsTest {

  private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.008Z");
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

  private final JobIds ids = at(NOW);

  @Test
  void anIdVerifiesForItsTenantAlone() {
    JobId id = ids.mint(ACME);

    assertThat(ids.verify(ACME, id)).isTrue();
    assertThat(ids.verify(OTHER, id)).isFalse();
    assertThat(ids.verify(new TenantId("acm"), id)).isFalse();
  }

  @Test
  void anotherNodeWithTheSameSecretVerifiesIt() {
    assertThat(at(NOW.plusSeconds(60)).verify(ACME, ids.mint(ACME))).isTrue();
  }

  @Test
  void anotherSecretDoesNot() {
    JobIds others =
        new JobIds("fedcba9876543210".getBytes(StandardCharsets.US_ASCII), Clock.systemUTC());

    assertThat(others.verify(ACME, ids.mint(ACME))).isFalse();
  }

  @Test
  void theSecretIsCopied() {
    byte[] secret = SECRET.clone();
    JobIds own = new JobIds(secret, Clock.systemUTC());
    JobId before = own.mint(ACME);
    secret[0]++;

    assertThat(own.verify(ACME, before)).isTrue();
  }

  @Test
  void aShortSecretIsRefused() {
    assertThatThrownBy(() -> new JobIds(new byte[15], Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16");
  }

  @Test
  void noOtherSpellingOfAnIdIsAccepted() {
    String text = ids.mint(ACME).value();
    for (int i = 4; i < text.length(); i++) {
      for (int d = 0; d < DIGITS.length(); d++) {
        String other = text.substring(0, i) + DIGITS.charAt(d) + text.substring(i + 1);
        assertThat(ids.verify(ACME, new JobId(other))).as(other).isEqualTo(other.equals(text));
      }
    }
    List<String> others =
        List.of(
            text.toUpperCase(Locale.ROOT),
            "job_" + text.substring(4).toUpperCase(Locale.ROOT),
            text + "0",
            text.substring(0, text.length() - 1),
            "jab_" + text.substring(4),
            text.substring(4),
            text.substring(0, 45) + "u",
            "job_1");
    for (String other : others) {
      assertThat(ids.verify(ACME, new JobId(other))).as(other).isFalse();
      assertThat(JobIds.mintedAt(new JobId(other))).as(other).isNull();
    }
  }

  @Test
  void anIdTellsWhenItWasMinted() {
    assertThat(JobIds.mintedAt(ids.mint(ACME))).isEqualTo(NOW);
    assertThat(JobIds.mintedAt(at(NOW.plusNanos(999_999)).mint(ACME))).isEqualTo(NOW);
  }

  @Test
  void idsSortByTime() {
    List<String> minted = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      minted.add(at(NOW.plusMillis((long) i * i * i * 100)).mint(ACME).value());
    }
    List<String> sorted = new ArrayList<>(minted);
    Collections.sort(sorted);

    assertThat(sorted).isEqualTo(minted);
  }

  @Test
  void idsOfOneMillisecondDiffer() {
    Set<JobId> minted = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      minted.add(ids.mint(ACME));
    }

    assertThat(minted).hasSize(5_000);
  }

  @Test
  void oneIdempotencyKeyOfOneTenantIsOneIdOnEveryNode() {
    JobId id = ids.mintFor(ACME, "key-1");

    assertThat(at(NOW.plusSeconds(5)).mintFor(ACME, "key-1")).isEqualTo(id);
    assertThat(ids.verify(ACME, id)).isTrue();
    assertThat(ids.verify(OTHER, id)).isFalse();
    assertThat(ids.mintFor(ACME, "key-2")).isNotEqualTo(id);
    assertThat(ids.mintFor(OTHER, "key-1")).isNotEqualTo(id);
    assertThat(JobIds.mintedAt(id)).isNull();
  }

  @Test
  void manyThreadsMayUseOne() throws Exception {
    JobId expected = ids.mintFor(ACME, "key");
    List<Callable<Boolean>> tasks =
        Collections.nCopies(
            2_000,
            () -> ids.mintFor(ACME, "key").equals(expected) && ids.verify(ACME, ids.mint(ACME)));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> result : threads.invokeAll(tasks)) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  /** Ids are kept in stores and by callers: they must verify for as long as the secret lives. */
  @Test
  void anIdOfAnEarlierReleaseVerifies() {
    assertThat(ids.mintFor(ACME, "golden").value())
        .isEqualTo("job_0000000003x0mydgrjkwvzfa84cgkx312t7cvqgwd8");
  }

  private static JobIds at(Instant now) {
    return new JobIds(SECRET, Clock.fixed(now, ZoneOffset.UTC));
  }
}
