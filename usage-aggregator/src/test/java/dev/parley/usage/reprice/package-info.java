@NullMarked
package dev.parley.usage.reprice;

import org.jspecify.annotations.NullMarked;
