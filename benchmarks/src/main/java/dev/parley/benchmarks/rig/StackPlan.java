package dev.parley.benchmarks.rig;

import dev.parley.worker.provider.ChatProvider;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stack consists of, beside the HTTP API and what that stands on.
 *
 * @param provider answers in the worker's own process; null has the simulator answer over HTTP
 * @param simulated the simulator's behaviour, in its directives
 * @param variables beside those that connect the services; win over them
 */
public record StackPlan(
    boolean worker,
    boolean aggregator,
    @Nullable ChatProvider provider,
    String simulated,
    Map<String, String> variables) {

  public StackPlan {
    variables = Map.copyOf(variables);
  }

  /** The HTTP API alone. */
  public static StackPlan ingest() {
    return new StackPlan(false, false, null, "", Map.of());
  }

  /** Everything, with the simulator. */
  public static StackPlan everything() {
    return new StackPlan(true, true, null, "", Map.of());
  }

  public StackPlan withProvider(ChatProvider given) {
    return new StackPlan(worker, aggregator, given, simulated, variables);
  }

  public StackPlan withSimulated(String directives) {
    return new StackPlan(worker, aggregator, provider, directives, variables);
  }

  public StackPlan withVariable(String name, String value) {
    Map<String, String> more = new HashMap<>(variables);
    more.put(name, value);
    return new StackPlan(worker, aggregator, provider, simulated, more);
  }
}
