package dev.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.simulator.script.DirectiveException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorOptionsTest {

  @Test
  void withoutAnythingItIsAnInstantLocalProvider() {
    assertThat(SimulatorOptions.read(Map.of()))
        .isEqualTo(SimulatorConfig.onFreePort().withPort(SimulatorConfig.LOCAL_PORT));
  }

  @Test
  void everyVariableIsRead() {
    Map<String, String> env =
        Map.of(
            "SIMULATOR_HOST", "0.0.0.0",
            "SIMULATOR_PORT", "1234",
            "SIMULATOR_SEED", "5",
            "SIMULATOR_CALL_LOG", "6",
            "SIMULATOR_TLS", "true",
            "SIMULATOR_STREAMS", "7",
            "SIMULATOR_BEHAVIOUR", "latency=200ms rate=50/s");

    assertThat(SimulatorOptions.read(env))
        .isEqualTo(
            SimulatorConfig.onFreePort()
                .withHost("0.0.0.0")
                .withPort(1234)
                .withSeed(5)
                .withCallLogSize(6)
                .withTls()
                .withMaxConcurrentStreams(7)
                .with("latency=200ms rate=50/s"));
  }

  @Test
  void theCommandLineWinsOverTheEnvironment() {
    SimulatorConfig config =
        SimulatorOptions.read(
            Map.of("SIMULATOR_PORT", "1", "SIMULATOR_BEHAVIOUR", "rate=1 tokens=3"),
            "--port=2",
            "rate=9");

    assertThat(config.port()).isEqualTo(2);
    assertThat(config.defaults().tokensPerSecond()).isEqualTo(9);
    assertThat(config.defaults().tokens()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--port=x", "--port=70000", "--tls=maybe", "--speed=1", "--port", "--streams=0"})
  void aWrongOptionIsNamed(String option) {
    assertThatThrownBy(() -> SimulatorOptions.read(Map.of(), option))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWrongDirectiveIsNamed() {
    assertThatThrownBy(() -> SimulatorOptions.read(Map.of(), "speed=1"))
        .isInstanceOf(DirectiveException.class)
        .hasMessageContaining("speed=1");
  }
}
