package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UsageLogTest {

  @Test
  void aLineHoldsNumbersAndIdsAndNothingThatACustomerWrote() {
    Map<String, Object> fields = UsageLog.fields(event("gpt-5"));

    assertThat(fields)
        .containsOnlyKeys(
            "event",
            "tenant",
            "session",
            "provider",
            "model",
            "finishReason",
            "durationMs",
            "inputTokens",
            "outputTokens",
            "cachedTokens",
            "reasoningTokens",
            "costUSD",
            "estimated")
        .containsEntry("inputTokens", 10L)
        .containsEntry("costUSD", new BigDecimal("0.25"));
    assertThat(fields.toString()).doesNotContain("a secret", "my request", "my bot");
  }

  @Test
  void aNameCannotBreakTheLine() {
    assertThat(UsageLog.fields(event("x\r\nlevel=ERROR\u2028\u001b[31m")))
        .containsEntry("model", "x??level=ERROR??[31m");
  }

  private static UsageEvent event(String model) {
    return new UsageEvent(
        "job_1.1.1",
        "my request",
        new JobId("job_1"),
        new SessionId("s1"),
        new TenantId("acme"),
        "my bot",
        "openai",
        model,
        FinishReason.STOP,
        5,
        Instant.parse("2026-03-04T12:00:00Z"),
        "default:" + model,
        Json.mapper().createObjectNode().put("note", "a secret"),
        10,
        20,
        0,
        0,
        0,
        0,
        new BigDecimal("0.25"),
        "book-1",
        false);
  }
}
