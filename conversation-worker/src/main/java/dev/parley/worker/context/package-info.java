/** What of a conversation is sent to the model. */
@NullMarked
package dev.parley.worker.context;

import org.jspecify.annotations.NullMarked;
