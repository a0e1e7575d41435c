/** Everything of Parley on one machine, and the commands behind {@code ./parley}. */
@NullMarked
package dev.parley.localstack;

import org.jspecify.annotations.NullMarked;
