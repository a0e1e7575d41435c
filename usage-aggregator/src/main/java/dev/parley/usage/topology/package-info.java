/** From usage events to the totals of cells: duplicates removed, sums exact. */
@NullMarked
package dev.parley.usage.topology;

import org.jspecify.annotations.NullMarked;
