/** What every call needs: routing, errors, bodies, parameters. Knows nothing of what is served. */
@NullMarked
package dev.parley.ingest.http;

import org.jspecify.annotations.NullMarked;
