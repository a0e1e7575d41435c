/** From the totals in Kafka to the totals in the store. */
@NullMarked
package dev.parley.usage.sink;

import org.jspecify.annotations.NullMarked;
