/** Cursors of listings. */
@NullMarked
package dev.parley.storage.paging;

import org.jspecify.annotations.NullMarked;
