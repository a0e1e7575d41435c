package dev.parley.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.RateLimits;
import dev.parley.worker.provider.RecordingListener;
import dev.parley.worker.provider.ReplyListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MeteredProviderTest {

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private RateLimits told = new RateLimits(500L, 499L, null, null, 30_000L, null);
  private final MeteredProvider provider = new MeteredProvider(new Telling(), metrics);
  private final RecordingListener listener = new RecordingListener();

  @Test
  void whatTheProviderSaysIsLeftOfItsLimitsIsShown() throws Exception {
    provider.call(Fixtures.call("m", 5), listener);
    assertThat(remaining("requests")).isEqualTo(499);
    assertThat(remaining("tokens")).isEqualTo(30_000);

    told = new RateLimits(500L, 0L, null, null, null, null);
    provider.call(Fixtures.call("m", 5), listener);
    assertThat(remaining("requests")).isZero();
    assertThat(remaining("tokens")).isEqualTo(30_000);
    assertThat(metrics.get("parley.provider.tries").tag("result", "answered").counter().count())
        .isEqualTo(2);
  }

  @Test
  void ofATenantsOwnAccountNothingIsShown() throws Exception {
    provider.call(Fixtures.call("m", 5).withApiKey(new ApiKey("a-tenants-own")), listener);
    assertThat(metrics.find("parley.provider.remaining").gauges()).isEmpty();
  }

  @Test
  void allElseIsPassedOn() throws Exception {
    provider.call(Fixtures.call("m", 5), listener);
    assertThat(listener.heard())
        .contains(
            "started m",
            "reasoning started",
            "reasoning hm",
            "reasoning completed",
            "text hi",
            "tool c f",
            "tool c += {}",
            "tool c f {}");
  }

  private double remaining(String kind) {
    return metrics
        .get("parley.provider.remaining")
        .tag("provider", "told")
        .tag("model", "m")
        .tag("kind", kind)
        .gauge()
        .value();
  }

  private final class Telling implements ChatProvider {
    @Override
    public String name() {
      return "told";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener heard) {
      heard.onRateLimits(told);
      heard.onStarted(call.model());
      heard.onReasoningStarted();
      heard.onReasoningDelta("hm");
      heard.onReasoningCompleted();
      heard.onText("hi");
      heard.onToolCallStart("c", "f");
      heard.onToolCallDelta("c", "{}");
      heard.onToolCallArguments("c", "f", "{}");
      return new ProviderReply(List.of(), FinishReason.STOP, null, call.model(), null);
    }
  }
}
