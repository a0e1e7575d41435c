@NullMarked
package dev.parley.usage.csv;

import org.jspecify.annotations.NullMarked;
