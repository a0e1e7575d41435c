/** Messages, their contents, and what a model answers. */
@NullMarked
package dev.parley.schemas.chat;

import org.jspecify.annotations.NullMarked;
