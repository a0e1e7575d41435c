package dev.parley.storage.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MasterKeysTest {

  private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

  @Test
  void noneIsNoFault() {
    assertThat(MasterKeys.parse(null).isEmpty()).isTrue();
    assertThat(MasterKeys.parse(" ").sealingId()).isNull();
  }

  @Test
  void theFirstSealsAndAllAreKnownByTheirIds() {
    MasterKeys keys = MasterKeys.parse(KEY + " , " + KEY.replace('A', 'B'));
    String id = keys.sealingId();
    assertThat(id).matches("[0-9a-f]{8}");
    assertThat(keys.find(id)).isNotNull();
    assertThat(keys.find("00000000")).isNull();
    assertThat(keys.toString()).contains(id).doesNotContain(KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2-hunter2", "c2hvcnQ=", "c2hvcnQ=,", "%%%"})
  void whatIsNoKeyIsRefusedAndNotQuoted(String value) {
    assertThatThrownBy(() -> MasterKeys.parse(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PROVIDER_KEYS_SECRET")
        .hasMessageContaining("openssl rand -base64 32")
        .hasMessageNotContaining(value)
        .hasNoCause();
  }
}
