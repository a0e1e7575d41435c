/** What the simulator knows of the calls that were made to it, for those who check guarantees. */
@NullMarked
package dev.parley.simulator.calls;

import org.jspecify.annotations.NullMarked;
