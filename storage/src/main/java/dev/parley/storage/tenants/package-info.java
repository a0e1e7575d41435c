/** What is set for single tenants, at hand without asking a store. */
@NullMarked
package dev.parley.storage.tenants;

import org.jspecify.annotations.NullMarked;
