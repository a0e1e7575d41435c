/** Many callers' single requests, served in batches. */
@NullMarked
package dev.parley.storage.batch;

import org.jspecify.annotations.NullMarked;
