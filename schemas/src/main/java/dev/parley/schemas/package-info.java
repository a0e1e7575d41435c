/** The wire contract: records that travel over Kafka, their topics, keys and codec. No I/O. */
@NullMarked
package dev.parley.schemas;

import org.jspecify.annotations.NullMarked;
