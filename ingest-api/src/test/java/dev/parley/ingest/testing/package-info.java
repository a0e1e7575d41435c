/** Fakes and a client for the API's tests. */
@NullMarked
package dev.parley.ingest.testing;

import org.jspecify.annotations.NullMarked;
