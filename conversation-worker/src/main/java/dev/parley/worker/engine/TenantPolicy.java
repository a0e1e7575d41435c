package dev.parley.worker.engine;

/**
 * What each tenant that a {@link Route.Lane} has named may take. Asked at every turn, under the
 * engine's lock: answers from memory, at once, and may change its answers at any time.
 */
public interface TenantPolicy {

  /** The tenant's share relative to the others'; taken as within 1 and 65,536. */
  int weight(String tenant);

  /** How many turns of the tenant may run at once; taken as at least 1. */
  int maxInFlight(String tenant);

  /** The same weight for all and no cap but the engine's own. */
  static TenantPolicy equal() {
    return new TenantPolicy() {
      @Override
      public int weight(String tenant) {
        return 1;
      }

      @Override
      public int maxInFlight(String tenant) {
        return Integer.MAX_VALUE;
      }
    };
  }
}
