/**
 * Real Kafka, PostgreSQL and Redis on the loopback interface, started and stopped from one process.
 *
 * <p>Kafka runs inside the JVM; PostgreSQL and Redis are child processes that end with it,
 * whichever way it ends.
 */
@NullMarked
package dev.parley.infra;

import org.jspecify.annotations.NullMarked;
