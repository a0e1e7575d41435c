/** The providers' wire formats over one core: how a request is read and a reply is written. */
@NullMarked
package dev.parley.simulator.wire;

import org.jspecify.annotations.NullMarked;
