/** What could not be handled: looking at it, and sending it again. */
@NullMarked
package dev.parley.ingest.deadletters;

import org.jspecify.annotations.NullMarked;
