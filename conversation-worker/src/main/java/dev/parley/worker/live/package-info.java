/** Tells those who watch a job what its call says, in bundles. */
@NullMarked
package dev.parley.worker.live;

import org.jspecify.annotations.NullMarked;
