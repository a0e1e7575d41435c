package dev.parley.localstack.commands;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ParleyCommandTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "infra",
        "ingest-api",
        "worker",
        "aggregator",
        "export",
        "keys",
        "provider-keys",
        "prices"
      })
  void everyCommandExplainsItself(String command) {
    assertThat(ParleyCommand.run(command, "--help")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"down", "--nope", "keys", "provider-keys"})
  void whatIsNoCommandIsRefused(String command) {
    assertThat(ParleyCommand.run(command)).isNotZero();
  }
}
