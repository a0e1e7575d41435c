/** What was used and what it cost. */
@NullMarked
package dev.parley.ingest.usage;

import org.jspecify.annotations.NullMarked;
