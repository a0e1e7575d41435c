/** Kafka, PostgreSQL and Redis for tests: whichever there are, and always real ones. */
@NullMarked
package dev.parley.testkit.infra;

import org.jspecify.annotations.NullMarked;
