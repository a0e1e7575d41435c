/** What the events of the ledger cost, taken apart and reckoned again. */
@NullMarked
package dev.parley.usage.prices;

import org.jspecify.annotations.NullMarked;
