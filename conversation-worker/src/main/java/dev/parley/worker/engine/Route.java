package dev.parley.worker.engine;

/** Where a record belongs. */
public sealed interface Route {

  /**
   * A serial lane of a tenant.
   *
   * @param tenant shares the engine with the other tenants by weight
   * @param lane records with the same tenant and lane are performed one at a time, in order
   * @param priority higher goes first among the lanes of one tenant; a step is worth five seconds
   *     of waiting, so nothing starves
   */
  record Lane(String tenant, String lane, int priority) implements Route {
    public Lane(String tenant, String lane) {
      this(tenant, lane, 0);
    }
  }

  /**
   * Cannot be worked on, ever: goes to the dead letters.
   *
   * @param reason a short code
   * @param detail for people; holds nothing secret
   */
  record Poison(String reason, String detail) implements Route {}
}
