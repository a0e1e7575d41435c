/** Who is calling. */
@NullMarked
package dev.parley.ingest.auth;

import org.jspecify.annotations.NullMarked;
