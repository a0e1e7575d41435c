/** Compacting sessions. */
@NullMarked
package dev.parley.ingest.compaction;

import org.jspecify.annotations.NullMarked;
