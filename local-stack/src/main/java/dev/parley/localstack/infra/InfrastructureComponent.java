package dev.parley.localstack.infra;

import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.Infrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import java.util.List;

/** Kafka, PostgreSQL and Redis as the first component of a stack. */
public final class InfrastructureComponent implements Component {

  private final EmbeddedInfrastructure infrastructure;

  public InfrastructureComponent(InfrastructureSettings settings) {
    this.infrastructure = new EmbeddedInfrastructure(settings);
  }

  /** Where the services listen; its addresses can be asked for once it was started. */
  public Infrastructure infrastructure() {
    return infrastructure;
  }

  @Override
  public String name() {
    return "infrastructure";
  }

  @Override
  public void start() {
    infrastructure.start();
  }

  @Override
  public Health check() {
    List<String> problems = infrastructure.check();
    return problems.isEmpty() ? Health.UP : Health.down(String.join("; ", problems));
  }

  @Override
  public void close() {
    infrastructure.close();
  }
}
