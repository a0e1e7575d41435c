/** Which stores there are, by configuration. */
@NullMarked
package dev.parley.storage.config;

import org.jspecify.annotations.NullMarked;
