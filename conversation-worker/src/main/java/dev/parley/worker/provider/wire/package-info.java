/**
 * The providers' wire formats: each writes requests and reads answers and stream events as JSON. No
 * I/O, no threads and no deadlines in the formats; {@code HttpChatProvider} joins them with the
 * transport.
 */
@NullMarked
package dev.parley.worker.provider.wire;

import org.jspecify.annotations.NullMarked;
