/** How usage is summed, whatever keeps it. */
@NullMarked
package dev.parley.storage.usage;

import org.jspecify.annotations.NullMarked;
