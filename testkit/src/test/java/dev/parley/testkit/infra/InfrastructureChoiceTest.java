package dev.parley.testkit.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.infra.InfrastructureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InfrastructureChoiceTest {

  private final List<String> announcements = new ArrayList<>();

  @Test
  void halfASetOfNamesIsAnErrorAndNotAReasonToUseSomethingElse() {
    assertThatThrownBy(() ->
            InfrastructureChoice.make(
                Map.of("REDIS_URL", "redis://127.0.0.1:1"), announcements::add))
        .isInstanceOf(InfrastructureException.class)
        .hasMessageContaining("KAFKA_BOOTSTRAP_SERVERS, DATABASE_URL and REDIS_URL");
  }

  @Test
  void aNamedServiceThatDoesNotAnswerFailsTheTests() {
    Map<String, String> environment =
        Map.of(
            "PARLEY_TEST_INFRASTRUCTURE", "environment",
            "PARLEY_TEST_KAFKA", "127.0.0.1:1",
            "PARLEY_TEST_DATABASE_URL", "postgres://u:secret@127.0.0.1:1/d",
            "PARLEY_TEST_REDIS_URL", "redis://127.0.0.1:1");
    assertThatThrownBy(() -> InfrastructureChoice.make(environment, announcements::add))
        .isInstanceOf(InfrastructureException.class)
        .hasMessageContaining("Kafka does not answer at 127.0.0.1:1")
        .hasMessageContaining("Redis does not answer at 127.0.0.1:1")
        .hasMessageNotContaining("secret");
    assertThat(announcements).hasSize(1);
  }

  @Test
  void anUnknownChoiceIsNamed() {
    assertThatThrownBy(() ->
            InfrastructureChoice.make(
                Map.of("PARLEY_TEST_INFRASTRUCTURE", "mocks"), announcements::add))
        .hasMessage(
            "PARLEY_TEST_INFRASTRUCTURE=mocks: it must be environment, containers or embedded");
  }
}
