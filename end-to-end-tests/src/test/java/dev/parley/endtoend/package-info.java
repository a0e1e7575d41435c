/** Tests of the whole pipeline on real services. */
@NullMarked
package dev.parley.endtoend;

import org.jspecify.annotations.NullMarked;
