package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MeteringTest {

  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final ProviderUsage ESTIMATE = ProviderUsage.of(9, 40);

  private final Metering metering =
      new Metering((provider, model, usage, at) ->
          new Pricing.Priced(BigDecimal.valueOf(usage.outputTokens()), "test-1"));

  @Test
  void whatTheProviderToldAtTheEndCounts() {
    UsageEvent event = event(new ProviderUsage(100, 7, 20, 0, 0, 3));
    assertThat(event.inputTokens()).isEqualTo(100);
    assertThat(event.outputTokens()).isEqualTo(7);
    assertThat(event.estimated()).isFalse();
  }

  @Test
  void withoutAWordOfTheProvidersTheEstimateCounts() {
    UsageEvent event = event(null);
    assertThat(event.inputTokens()).isEqualTo(9);
    assertThat(event.outputTokens()).isEqualTo(40);
    assertThat(event.estimated()).isTrue();
  }

  @Test
  void ofAnAnswerThatBrokeOffTheInputIsKnownAndTheOutputEstimated() {
    UsageEvent event = event(new ProviderUsage(100, 1, 20, 0, 0, 0).asUnfinished());
    assertThat(event.inputTokens()).isEqualTo(100);
    assertThat(event.cachedTokens()).isEqualTo(20);
    assertThat(event.outputTokens()).isEqualTo(40);
    assertThat(event.costUSD()).isEqualByComparingTo("40");
    assertThat(event.estimated()).isTrue();
  }

  @Test
  void aCallThatIsBrokenOffRemembersThatMoreCameAfterItsUsage() {
    Heard heard = new Heard(ReplyListener.NONE);
    heard.onUsage(ProviderUsage.of(3, 1));
    assertThat(heard.usage()).isEqualTo(ProviderUsage.of(3, 1));
    heard.onText("hello");
    assertThat(heard.usage()).isEqualTo(ProviderUsage.of(3, 1).asUnfinished());
    heard.onUsage(ProviderUsage.of(3, 2));
    assertThat(heard.usage()).isEqualTo(ProviderUsage.of(3, 2));
  }

  private UsageEvent event(@Nullable ProviderUsage told) {
    return metering.event(
        Submitted.message("job_1"),
        1,
        1,
        new Router.Route(new Nobody(), "m", "default:m"),
        "m",
        FinishReason.ERROR,
        NOW,
        NOW,
        told,
        ESTIMATE);
  }

  private static final class Nobody implements ChatProvider {
    @Override
    public String name() {
      return "fake";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
