/**
 * A turn: load the session, call the model, write messages, job and usage in one transaction,
 * publish how it ended. Everything is made so that a turn may come again at any point.
 */
@NullMarked
package dev.parley.worker.turn;

import org.jspecify.annotations.NullMarked;
