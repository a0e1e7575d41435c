@NullMarked
package dev.parley.usage.sink;

import org.jspecify.annotations.NullMarked;
