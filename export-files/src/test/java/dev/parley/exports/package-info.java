@NullMarked
package dev.parley.exports;

import org.jspecify.annotations.NullMarked;
