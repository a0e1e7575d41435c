/** What is set for single tenants, for administrators. */
@NullMarked
package dev.parley.ingest.tenants;

import org.jspecify.annotations.NullMarked;
