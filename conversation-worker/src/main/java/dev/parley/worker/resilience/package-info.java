/** What keeps failing and limited providers from harming the worker, and the other way round. */
@NullMarked
package dev.parley.worker.resilience;

import org.jspecify.annotations.NullMarked;
