/** What calls cost: exact decimal prices with dates, in a book that can be exchanged. */
@NullMarked
package dev.parley.pricing;

import org.jspecify.annotations.NullMarked;
