/** The ports on PostgreSQL. */
@NullMarked
package dev.parley.storage.postgres;

import org.jspecify.annotations.NullMarked;
