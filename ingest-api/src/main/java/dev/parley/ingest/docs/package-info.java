/** What the API tells of itself. */
@NullMarked
package dev.parley.ingest.docs;

import org.jspecify.annotations.NullMarked;
