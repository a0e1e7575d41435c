package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProviderUsageTest {

  @Test
  void partsNeverExceedTheirWhole() {
    ProviderUsage usage = new ProviderUsage(100, 10, 90, 20, 20, 50);
    assertThat(usage).isEqualTo(new ProviderUsage(100, 10, 90, 10, 0, 10));
    assertThat(usage.freshInputTokens()).isZero();
    assertThat(new ProviderUsage(-1, -1, -1, -1, -1, -1)).isEqualTo(ProviderUsage.of(0, 0));
  }

  @Test
  void whatWasToldTooSoonIsMadeUpWithAnEstimateAndWhatWasToldAtTheEndIsNot() {
    ProviderUsage told = new ProviderUsage(100, 1, 90, 5, 0, 0);
    assertThat(told.withAtLeast(50)).isEqualTo(told);
    assertThat(told.asUnfinished().withAtLeast(50))
        .isEqualTo(new ProviderUsage(100, 50, 90, 5, 0, 0, true));
    assertThat(new ProviderUsage(100, 60, 0, 0, 0, 0, true).withAtLeast(50).outputTokens())
        .isEqualTo(60);
  }
}
