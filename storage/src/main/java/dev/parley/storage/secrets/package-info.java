/** Secrets that are stored for tenants, sealed with a key that is not stored. */
@NullMarked
package dev.parley.storage.secrets;

import org.jspecify.annotations.NullMarked;
