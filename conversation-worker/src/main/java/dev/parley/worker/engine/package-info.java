/**
 * Turns a Kafka topic into serial lanes of work, fairly shared between tenants: knows nothing of
 * what the work is.
 *
 * <p>The way of a record: the consumer's thread polls it ({@code ConsumerLoop}), routes it and has
 * its offset tracked; the intake admits it together with its neighbours; it waits in its lane
 * ({@code Dispatcher}) until the {@code FairScheduler} gives the lane a permit; a virtual thread
 * performs it; its offset counts as done, and the consumer's thread commits up to the first offset
 * that is not.
 */
@NullMarked
package dev.parley.worker.engine;

import org.jspecify.annotations.NullMarked;
