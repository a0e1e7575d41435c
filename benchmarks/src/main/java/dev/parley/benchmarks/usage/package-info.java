/** How fast usage is aggregated and asked for. */
@NullMarked
package dev.parley.benchmarks.usage;

import org.jspecify.annotations.NullMarked;
