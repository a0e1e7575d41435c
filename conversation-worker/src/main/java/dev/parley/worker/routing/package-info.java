/** Which provider and model a turn goes to, and where it goes when they fail. */
@NullMarked
package dev.parley.worker.routing;

import org.jspecify.annotations.NullMarked;
