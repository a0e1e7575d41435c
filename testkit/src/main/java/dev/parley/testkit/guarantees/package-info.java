/**
 * What Parley promises, as checks over what a run left behind in Kafka, PostgreSQL and the provider
 * simulator's log.
 *
 * <p>Nothing here knows the services: a history is judged, however it came about.
 */
@NullMarked
package dev.parley.testkit.guarantees;

import org.jspecify.annotations.NullMarked;
