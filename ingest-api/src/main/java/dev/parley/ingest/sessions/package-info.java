/** Sessions and the messages in them. */
@NullMarked
package dev.parley.ingest.sessions;

import org.jspecify.annotations.NullMarked;
