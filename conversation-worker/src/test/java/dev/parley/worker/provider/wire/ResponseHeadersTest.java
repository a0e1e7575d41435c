package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.worker.provider.RateLimits;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ResponseHeadersTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void readsRetryAfterInItsThreeForms() {
    assertThat(retryAfter("retry-after", "20")).isEqualTo(Duration.ofSeconds(20));
    assertThat(retryAfter("retry-after", "0.5")).isEqualTo(Duration.ofMillis(500));
    assertThat(retryAfter("retry-after-ms", "1500")).isEqualTo(Duration.ofMillis(1500));
    assertThat(retryAfter("retry-after", "Thu, 01 Jan 2026 00:01:00 GMT"))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(retryAfter("retry-after", "Wed, 31 Dec 2025 00:01:00 GMT")).isEqualTo(Duration.ZERO);
  }

  @Test
  void nonsenseIsNoRetryAfter() {
    for (String value : List.of("", "soon", "-1", "NaN", "1e300", "99999999999999999999")) {
      assertThat(retryAfter("retry-after", value)).as(value).isNull();
    }
  }

  @Test
  void readsDurations() {
    assertThat(ResponseHeaders.duration("6m0s")).isEqualTo(Duration.ofMinutes(6));
    assertThat(ResponseHeaders.duration("1h2m3.5s")).isEqualTo(Duration.ofMillis(3_723_500));
    assertThat(ResponseHeaders.duration("20ms")).isEqualTo(Duration.ofMillis(20));
    for (String value : List.of("6x", "m", "1", "s1", "..s")) {
      assertThat(ResponseHeaders.duration(value)).as(value).isNull();
    }
  }

  @Test
  void readsTheLimitsOfBothFamilies() {
    assertThat(
            ResponseHeaders.rateLimits(
                headers(
                    "x-ratelimit-limit-requests", "60",
                    "x-ratelimit-remaining-requests", "59",
                    "x-ratelimit-reset-requests", "1s",
                    "x-ratelimit-limit-tokens", "150000",
                    "x-ratelimit-remaining-tokens", "149984",
                    "x-ratelimit-reset-tokens", "6m0s"),
                NOW))
        .contains(
            new RateLimits(
                60L, 59L, Duration.ofSeconds(1), 150_000L, 149_984L, Duration.ofMinutes(6)));
    assertThat(
            ResponseHeaders.rateLimits(
                headers(
                    "anthropic-ratelimit-requests-limit", "50",
                    "anthropic-ratelimit-requests-remaining", "49",
                    "anthropic-ratelimit-requests-reset", "2026-01-01T00:00:30Z"),
                NOW))
        .contains(new RateLimits(50L, 49L, Duration.ofSeconds(30), null, null, null));
    assertThat(ResponseHeaders.rateLimits(headers(), NOW)).isEmpty();
  }

  private static Duration retryAfter(String name, String value) {
    return ResponseHeaders.retryAfter(headers(name, value), NOW);
  }

  private static HttpHeaders headers(String... pairs) {
    Map<String, List<String>> headers = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.put(pairs[i], List.of(pairs[i + 1]));
    }
    return HttpHeaders.of(headers, (name, value) -> true);
  }
}
