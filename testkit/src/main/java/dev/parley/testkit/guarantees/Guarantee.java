package dev.parley.testkit.guarantees;

/** A promise that holds through kills, restarts and rebalances. */
public enum Guarantee {
  /** What was answered with 202 stands in the log of submissions. */
  ACCEPTED_IS_DURABLE,

  /** The turns of a session stand in it in the order of the log. */
  SESSION_ORDER,

  /** No two provider calls of one session at a time, unless the one's client had left. */
  SERIAL_PER_SESSION,

  /** A completed job's question and answer stand in its session once, another's not at all. */
  EFFECTIVELY_ONCE_TURNS,

  /** A completed job stands in the ledger once, and the totals are the ledger's sums, exactly. */
  USAGE_EXACTLY_ONCE,

  /** A tenant's backlog does not hold up another tenant's next turn. */
  TENANT_FAIRNESS,

  /** Every job reached a final state, and its outcome was published. */
  EVERY_JOB_ENDS
}
