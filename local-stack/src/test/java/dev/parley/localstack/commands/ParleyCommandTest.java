package dev.parley.localstack.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
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
        "dead-letters",
        "reprice",
        "reconcile",
        "prices"
      })
  void everyCommandExplainsItself(String command) {
    assertThat(ParleyCommand.run(command, "--help")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up --port 70000",
        "keys make acme",
        "keys create a/b",
        "keys create acme boss",
        "keys create acme --connect-timeout soon",
        "provider-keys set acme",
        "dead-letters show",
        "export 2026-13-01",
        "export --format xml 2026-01-01",
        "reprice --since x --until y --prices z",
        "reconcile --since yesterday",
        "reconcile --wait long",
        "prices --file /nowhere/prices.json"
      })
  void wrongWordsAreToldBeforeAnythingIsOpened(String words) {
    assertThat(ParleyCommand.run(words.split(" "))).isEqualTo(2);
  }

  @Test
  void aTakenPortIsToldBeforeAnythingStarts() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(ParleyCommand.run("up", "--port", Integer.toString(taken.getLocalPort())))
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"down", "--nope", "keys", "provider-keys"})
  void whatIsNoCommandIsRefused(String command) {
    assertThat(ParleyCommand.run(command)).isEqualTo(2);
  }
}
