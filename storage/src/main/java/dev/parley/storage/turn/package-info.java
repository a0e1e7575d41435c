/** Writing turns when the sessions are kept elsewhere than the jobs. */
@NullMarked
package dev.parley.storage.turn;

import org.jspecify.annotations.NullMarked;
