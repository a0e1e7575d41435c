/** A CSV and a manifest per tenant and UTC day. */
@NullMarked
package dev.parley.usage.exports;

import org.jspecify.annotations.NullMarked;
