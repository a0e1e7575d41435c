/** Messages accepted over HTTP, beside what carries them. */
@NullMarked
package dev.parley.benchmarks.submits;

import org.jspecify.annotations.NullMarked;
