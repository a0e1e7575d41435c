package dev.parley.infra;

/** The signals that end a service; the names are those of {@code kill -s}. */
enum StopSignal {
  /** PostgreSQL: disconnect everybody and shut down. */
  INT,
  /** PostgreSQL: end at once, recover at the next start. */
  QUIT,
  /** Redis: save and end. */
  TERM
}
