package dev.parley.storage;

import dev.parley.schemas.UsageEvent;
import java.util.Collection;
import java.util.List;

/** Writes corrections into the ledger, and knows which of them are still to be published. */
public interface CorrectionStore {

  /**
   * Adds the corrections that are not there yet, and notes that they are to be published; all of
   * them or none.
   *
   * @return how many were not there
   */
  int add(Collection<UsageEvent> corrections);

  /** Corrections that were added and are not known to be published. */
  List<UsageEvent> unpublished(int limit);

  void published(Collection<UsageEvent> corrections);
}
