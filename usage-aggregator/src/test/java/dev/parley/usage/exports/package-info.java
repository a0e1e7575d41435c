@NullMarked
package dev.parley.usage.exports;

import org.jspecify.annotations.NullMarked;
