/** The conversation-worker: configuration, composition root and main. */
@NullMarked
package dev.parley.worker;

import org.jspecify.annotations.NullMarked;
