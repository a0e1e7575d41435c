package dev.parley.endtoend.chaos;

/** What is done to the pipeline, once so many jobs have ended. */
sealed interface Blow {

  /** How many jobs have ended by then. */
  int afterJobs();

  /** A kill -9 of a worker; another one is started at once. */
  record KillWorker(int afterJobs, int worker) implements Blow {}

  /** All workers, one after another, are told to stop and replaced when they have. */
  record RollingRestart(int afterJobs) implements Blow {}

  /** A worker more, for a while: two rebalances, and a graceful stop between them. */
  record Visitor(int afterJobs) implements Blow {}

  /** A service that all stand upon goes away and comes back with its data. */
  record Restart(int afterJobs, Service service) implements Blow {}

  /** What can be taken away. */
  enum Service {
    KAFKA,
    POSTGRES,
    REDIS
  }
}
