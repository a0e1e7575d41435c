/**
 * Engines that are broken on purpose: what the guarantees' checkers are for must not escape them.
 */
@NullMarked
package dev.parley.endtoend.broken;

import org.jspecify.annotations.NullMarked;
