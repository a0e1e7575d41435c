package dev.parley.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a service: started in order, closed in reverse, asked for their health together.
 *
 * <p>{@link #close()} may be called by another thread than {@link #start()}, as shutdown hooks do.
 */
public final class Components implements AutoCloseable {

  /** How long all components together may take to tell how they are. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(Components.class);

  private final List<Component> components;
  private final List<Probe> probes;
  private final List<Component> started = new ArrayList<>();
  private boolean closed;

  public Components(List<? extends Component> components) {
    this.components = List.copyOf(components);
    this.probes = this.components.stream().map(Probe::new).toList();
  }

  /**
   * Starts all; when one fails, those before it are closed again.
   *
   * @throws InterruptedException when interrupted while a component waited for something
   */
  public void start() throws InterruptedException {
    try {
      for (Component component : components) {
        synchronized (this) {
          if (closed) {
            return;
          }
          started.add(component);
        }
        component.start();
      }
    } catch (RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /**
   * The health of each component by its name, at once: a component that takes long to tell, as one
   * does that waits for a connection, is told to be down meanwhile.
   */
  public Map<String, Health> check() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    // All are asked before the first is waited for.
    List<CompletableFuture<Health>> asked = probes.stream().map(Probe::ask).toList();
    Map<String, Health> health = new LinkedHashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      Probe probe = probes.get(i);
      health.put(probe.name(), probe.answer(asked.get(i), deadline - System.nanoTime()));
    }
    return health;
  }

  @Override
  public void close() {
    List<Component> toClose;
    synchronized (this) {
      closed = true;
      toClose = new ArrayList<>(started.reversed());
      started.clear();
    }
    for (Component component : toClose) {
      try {
        component.close();
      } catch (RuntimeException e) {
        log.atWarn()
            .setMessage("component did not close cleanly")
            .addKeyValue("component", component.name())
            .addKeyValue("cause", String.valueOf(e.getMessage()))
            .log();
      }
    }
  }
}
