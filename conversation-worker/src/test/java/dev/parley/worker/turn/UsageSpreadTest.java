package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageSpreadTest {

  @Test
  void nobodyIsSpreadUnlessNamed() {
    assertThat(UsageSpread.parse("").includes(event("acme", "2026-12-01T00:00:00Z"))).isFalse();
    assertThat(UsageSpread.parse("globex").includes(event("acme", "2026-12-01T00:00:00Z")))
        .isFalse();
    assertThat(UsageSpread.parse("globex, acme").includes(event("acme", "2026-12-01T00:00:00Z")))
        .isTrue();
  }

  @Test
  void theTimeOfTheEventDecidesSoThatACopyHasTheKeyOfTheFirst() {
    UsageSpread spread =
        UsageSpread.parse(
            "globex,acme@2026-12-01T00:00:00Z/2026-12-05T12:00:00Z,acme@2027-01-01T00:00:00Z");
    assertThat(spread.includes(event("acme", "2026-11-30T23:59:59.999Z"))).isFalse();
    assertThat(spread.includes(event("acme", "2026-12-01T00:00:00Z"))).isTrue();
    assertThat(spread.includes(event("acme", "2026-12-05T11:59:59.999Z"))).isTrue();
    assertThat(spread.includes(event("acme", "2026-12-05T12:00:00Z"))).isFalse();
    assertThat(spread.includes(event("acme", "2027-01-01T00:00:00Z"))).isTrue();
    assertThat(spread.includes(event("globex", "2026-11-30T00:00:00Z"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,/",
        "a,",
        "acme@",
        "acme@soon",
        "acme@2026-12-01",
        "acme@2026-12-01T00:00:00Z/",
        "acme@2026-12-01T00:00:00Z/2026-12-01T00:00:00Z",
        "@2026-12-01T00:00:00Z"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> UsageSpread.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  private static UsageEvent event(String tenant, String at) {
    JobId job = new JobId("job-1");
    return new UsageEvent(
        UsageEvent.eventId(job, 1, 0),
        null,
        job,
        new SessionId("s-1"),
        new TenantId(tenant),
        null,
        "openai",
        "m",
        FinishReason.STOP,
        1,
        Instant.parse(at),
        "default:m",
        null,
        1,
        1,
        0,
        0,
        0,
        0,
        BigDecimal.ONE,
        "prices-1",
        false);
  }
}
