/** Turns from their submission to their end. */
@NullMarked
package dev.parley.benchmarks.turns;

import org.jspecify.annotations.NullMarked;
