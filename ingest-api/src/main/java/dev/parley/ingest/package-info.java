/** The HTTP API: what it is made of and how it is started. */
@NullMarked
package dev.parley.ingest;

import org.jspecify.annotations.NullMarked;
