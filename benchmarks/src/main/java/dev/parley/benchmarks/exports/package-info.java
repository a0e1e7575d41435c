/** How fast usage leaves as files, and in how little memory. */
@NullMarked
package dev.parley.benchmarks.exports;

import org.jspecify.annotations.NullMarked;
