/** Sessions in Redis. */
@NullMarked
package dev.parley.storage.redis;

import org.jspecify.annotations.NullMarked;
