/**
 * What Parley can do, measured beside what the machine can do: each benchmark runs its reference in
 * the same run, and judges the ratio.
 */
@NullMarked
package dev.parley.benchmarks;

import org.jspecify.annotations.NullMarked;
