/**
 * The ports through which the services keep and read sessions, jobs, usage and keys. Every method
 * blocks; every implementation is safe for use by many threads; every method may throw {@link
 * dev.parley.storage.StoreUnavailableException} when the store is away.
 */
@NullMarked
package dev.parley.storage;

import org.jspecify.annotations.NullMarked;
