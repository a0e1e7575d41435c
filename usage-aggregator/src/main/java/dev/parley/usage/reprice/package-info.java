/** Past usage at corrected prices: what would change, and the corrections. */
@NullMarked
package dev.parley.usage.reprice;

import org.jspecify.annotations.NullMarked;
