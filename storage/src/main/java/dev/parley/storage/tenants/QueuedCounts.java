package dev.parley.storage.tenants;

import dev.parley.schemas.TenantId;
import java.util.Map;

/** Lets the nodes of the API know of each other how many jobs they count as queued. */
@FunctionalInterface
public interface QueuedCounts {

  /** There are no other nodes, or no way to hear of them. */
  QueuedCounts NONE = own -> Map.of();

  /**
   * Tells the others what this node counts, and returns the sums of what they count. What a node
   * has told is forgotten some seconds after it was last heard of. Called by one thread.
   *
   * @throws dev.parley.storage.StoreUnavailableException when nothing can be exchanged right now
   */
  Map<TenantId, Integer> exchange(Map<TenantId, Integer> own);
}
