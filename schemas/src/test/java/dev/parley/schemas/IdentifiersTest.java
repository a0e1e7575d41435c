package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "Z", "a.b_c-D9", "a..", "a--"})
  void whatFollowsThePatternIsAnId(String id) {
    assertThat(new SessionId(id).toString()).isEqualTo(id);
    assertThat(new TenantId(id).toString()).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".a", "-a", "_a", "a/b", "../a", "a b", "a\n", "\u00e4", "a\0", "a%2f", "\uff41"
      })
  void anythingElseIsRefusedWithoutBeingRepeated(String id) {
    assertThatThrownBy(() -> new SessionId(id)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new JobId(id)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anIdHasAtMost128Characters() {
    assertThat(Identifiers.isValid("a".repeat(128))).isTrue();
    assertThat(Identifiers.isValid("a".repeat(129))).isFalse();
  }

  @Test
  void aRecordKeyIsReadBack() {
    SessionKey key = new SessionKey(new TenantId("acme"), new SessionId("s-1"));

    assertThat(key.recordKey()).isEqualTo("acme/s-1");
    assertThat(SessionKey.parse("acme/s-1")).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "acme", "acme/", "/s", "acme/s/t"})
  void aKeyOfAnotherShapeIsRefused(String key) {
    assertThatThrownBy(() -> SessionKey.parse(key)).isInstanceOf(IllegalArgumentException.class);
  }
}
