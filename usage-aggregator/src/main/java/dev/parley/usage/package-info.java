/** The aggregator as a service: its configuration and its composition. */
@NullMarked
package dev.parley.usage;

import org.jspecify.annotations.NullMarked;
