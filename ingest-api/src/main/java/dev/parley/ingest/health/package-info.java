/** Whether the service can do its work. */
@NullMarked
package dev.parley.ingest.health;

import org.jspecify.annotations.NullMarked;
