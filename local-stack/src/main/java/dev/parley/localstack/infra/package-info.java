/** The embedded services and the provider simulator as components of one stack. */
@NullMarked
package dev.parley.localstack.infra;

import org.jspecify.annotations.NullMarked;
