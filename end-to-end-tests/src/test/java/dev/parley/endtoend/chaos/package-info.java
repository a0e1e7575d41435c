@NullMarked
package dev.parley.endtoend.chaos;

import org.jspecify.annotations.NullMarked;
