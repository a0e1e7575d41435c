/** The ports in the memory of one process, for tests and trials. */
@NullMarked
package dev.parley.storage.memory;

import org.jspecify.annotations.NullMarked;
