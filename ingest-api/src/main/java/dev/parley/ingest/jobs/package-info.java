/** What became of the messages that were taken in. */
@NullMarked
package dev.parley.ingest.jobs;

import org.jspecify.annotations.NullMarked;
