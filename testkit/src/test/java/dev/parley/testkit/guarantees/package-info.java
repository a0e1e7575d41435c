@NullMarked
package dev.parley.testkit.guarantees;

import org.jspecify.annotations.NullMarked;
