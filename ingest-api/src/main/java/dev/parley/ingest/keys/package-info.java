/** Managing API keys over HTTP. */
@NullMarked
package dev.parley.ingest.keys;

import org.jspecify.annotations.NullMarked;
