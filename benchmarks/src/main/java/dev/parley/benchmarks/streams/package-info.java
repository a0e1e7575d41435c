/** Streams from providers, through the transport and the wire formats alone. */
@NullMarked
package dev.parley.benchmarks.streams;

import org.jspecify.annotations.NullMarked;
