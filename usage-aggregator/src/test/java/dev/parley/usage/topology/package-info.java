@NullMarked
package dev.parley.usage.topology;

import org.jspecify.annotations.NullMarked;
