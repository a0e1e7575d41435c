/** Usage as CSV: one set of columns, one way to write numbers, one fence against formulas. */
@NullMarked
package dev.parley.usage.csv;

import org.jspecify.annotations.NullMarked;
