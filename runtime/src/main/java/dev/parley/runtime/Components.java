package dev.parley.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a service: started in order, closed in reverse, asked for their health together.
 *
 * <p>{@link #close()} may be called by another thread than {@link #start()}, as shutdown hooks do.
 */
public final class Components implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Components.class);

  private final List<Component> components;
  private final List<Component> started = new ArrayList<>();
  private boolean closed;

  public Components(List<? extends Component> components) {
    this.components = List.copyOf(components);
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

  /** The health of each component by its name. */
  public Map<String, Health> check() {
    Map<String, Health> health = new LinkedHashMap<>();
    for (Component component : components) {
      health.put(component.name(), component.check());
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
