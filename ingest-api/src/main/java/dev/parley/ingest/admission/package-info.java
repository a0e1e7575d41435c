/** Who may send how much. */
@NullMarked
package dev.parley.ingest.admission;

import org.jspecify.annotations.NullMarked;
