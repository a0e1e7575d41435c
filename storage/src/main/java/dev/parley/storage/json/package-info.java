/** How the stores write JSON. */
@NullMarked
package dev.parley.storage.json;

import org.jspecify.annotations.NullMarked;
