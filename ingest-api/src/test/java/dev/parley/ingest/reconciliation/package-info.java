@NullMarked
package dev.parley.ingest.reconciliation;

import org.jspecify.annotations.NullMarked;
