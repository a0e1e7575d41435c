/** What benchmarks are run on, and what they measure with. */
@NullMarked
package dev.parley.benchmarks.rig;

import org.jspecify.annotations.NullMarked;
