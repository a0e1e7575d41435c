/**
 * HTTP to the providers: pooled clients below the servers' stream limits, deadlines for each phase,
 * interruption as cancel, and server-sent events read by the byte. Knows nothing of any provider.
 */
@NullMarked
package dev.parley.worker.provider.transport;

import org.jspecify.annotations.NullMarked;
