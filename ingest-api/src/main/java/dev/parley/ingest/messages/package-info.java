/** Taking messages in. */
@NullMarked
package dev.parley.ingest.messages;

import org.jspecify.annotations.NullMarked;
