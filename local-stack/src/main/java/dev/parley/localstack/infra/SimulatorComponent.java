package dev.parley.localstack.infra;

import dev.parley.infra.InfrastructureException;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import java.io.IOException;

/** The provider simulator as a component of a stack. */
public final class SimulatorComponent implements Component {

  private final SimulatorConfig config;
  private final Simulator simulator;

  public SimulatorComponent(SimulatorConfig config) {
    this.config = config;
    this.simulator = new Simulator(config);
  }

  /** What {@code OPENAI_BASE_URL} must be, once it was started. */
  public String openAiBaseUrl() {
    return simulator.baseUrl() + "/v1";
  }

  @Override
  public String name() {
    return "simulator";
  }

  @Override
  public void start() {
    try {
      simulator.start();
    } catch (IOException e) {
      throw new InfrastructureException(
          "port %d for the provider simulator is taken or not allowed: choose another with --simulator-port (0 picks a free one)"
              .formatted(config.port()),
          e);
    }
  }

  @Override
  public Health check() {
    return Health.UP;
  }

  @Override
  public void close() {
    simulator.close();
  }
}
