/** Limits by the minute that all workers share. */
@NullMarked
package dev.parley.storage.limits;

import org.jspecify.annotations.NullMarked;
