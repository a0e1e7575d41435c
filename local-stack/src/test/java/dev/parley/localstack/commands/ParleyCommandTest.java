package dev.parley.localstack.commands;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ParleyCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"up", "infra", "ingest-api", "worker", "aggregator", "export", "keys"})
  void everyCommandExplainsItself(String command) {
    assertThat(ParleyCommand.run(command, "--help")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"down", "--nope", "keys"})
  void whatIsNoCommandIsRefused(String command) {
    assertThat(ParleyCommand.run(command)).isNotZero();
  }
}
