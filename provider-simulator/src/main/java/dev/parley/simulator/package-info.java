/**
 * The provider simulator: a real HTTP server that answers as model providers do, from the request
 * alone.
 */
@NullMarked
package dev.parley.simulator;

import org.jspecify.annotations.NullMarked;
