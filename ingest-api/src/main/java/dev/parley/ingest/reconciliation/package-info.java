/** The proof that usage adds up, and what is at fault where it does not. */
@NullMarked
package dev.parley.ingest.reconciliation;

import org.jspecify.annotations.NullMarked;
