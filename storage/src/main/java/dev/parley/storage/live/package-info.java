/**
 * What a job's call says while it runs: kept for a day for those who watch, never for the books.
 */
@NullMarked
package dev.parley.storage.live;

import org.jspecify.annotations.NullMarked;
