package dev.parley.localstack.infra;

import dev.parley.infra.Infrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.Health;
import dev.parley.simulator.SimulatorConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole stack in this process: infrastructure, simulator, then the services in order; closed in
 * reverse.
 *
 * <p>The services are made when the infrastructure has its addresses, since those may be chosen at
 * the start. {@link #close()} may be called by a shutdown hook while another thread is still in
 * {@link #start()}.
 */
public final class LocalStack implements AutoCloseable {

  /**
   * Wires services to the addresses of a stack, given as the environment variables that they read.
   */
  @FunctionalInterface
  public interface Services {

    List<Component> wire(Map<String, String> environment);

    /** No services: they run as other processes. */
    static Services none() {
      return environment -> List.of();
    }
  }

  private final InfrastructureComponent infrastructure;
  private final SimulatorComponent simulator;
  private final Services services;
  private final Components base;
  private @Nullable Components wired;
  private boolean closed;

  public LocalStack(InfrastructureSettings infrastructure, int simulatorPort, Services services) {
    this.infrastructure = new InfrastructureComponent(infrastructure);
    this.simulator = new SimulatorComponent(SimulatorConfig.onFreePort().withPort(simulatorPort));
    this.services = services;
    // the simulator first: a taken port is told at once
    this.base = new Components(List.of(simulator, this.infrastructure));
  }

  /**
   * Starts everything and returns when all of it works.
   *
   * @throws dev.parley.infra.InfrastructureException with a message for the user
   * @throws InterruptedException when interrupted while something started
   */
  public void start() throws InterruptedException {
    base.start();
    Components starting;
    synchronized (this) {
      if (closed) {
        return;
      }
      starting = new Components(services.wire(environment()));
      wired = starting;
    }
    try {
      starting.start();
    } catch (RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** The variables that connect a service to this stack. */
  public Map<String, String> environment() {
    Infrastructure running = infrastructure.infrastructure();
    var environment = new LinkedHashMap<String, String>();
    environment.put("DATABASE_URL", running.databaseUrl());
    environment.put("REDIS_URL", running.redisUrl());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", running.kafkaBootstrapServers());
    environment.put("OPENAI_BASE_URL", simulator.openAiBaseUrl());
    return environment;
  }

  /** The health of every part by its name. */
  public synchronized Map<String, Health> check() {
    var health = new LinkedHashMap<>(base.check());
    if (wired != null) {
      health.putAll(wired.check());
    }
    return health;
  }

  @Override
  public void close() {
    Components services;
    synchronized (this) {
      closed = true;
      services = wired;
      wired = null;
    }
    if (services != null) {
      services.close();
    }
    base.close();
  }
}
