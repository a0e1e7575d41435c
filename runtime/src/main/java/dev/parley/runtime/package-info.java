/** What every service needs to run: configuration, lifecycle, health, metrics, Kafka settings. */
@NullMarked
package dev.parley.runtime;

import org.jspecify.annotations.NullMarked;
