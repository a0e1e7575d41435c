@NullMarked
package dev.parley.conformance;

import org.jspecify.annotations.NullMarked;
