/** Kills workers under load for as long as one likes, and tells what came of it. */
@NullMarked
package dev.parley.endtoend.chaos;

import org.jspecify.annotations.NullMarked;
