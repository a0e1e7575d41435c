/** Where the batch exports lie, for whoever writes and whoever serves them. */
@NullMarked
package dev.parley.exports;

import org.jspecify.annotations.NullMarked;
