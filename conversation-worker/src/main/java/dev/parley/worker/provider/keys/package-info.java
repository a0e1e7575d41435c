/** Tenants' own keys to providers, used in place of the deployment's. */
@NullMarked
package dev.parley.worker.provider.keys;

import org.jspecify.annotations.NullMarked;
