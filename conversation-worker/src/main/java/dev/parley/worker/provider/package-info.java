/**
 * The port to the providers of models: one blocking call, its deltas, its reply, and what can go
 * wrong; which provider serves a model; and the one retry loop.
 */
@NullMarked
package dev.parley.worker.provider;

import org.jspecify.annotations.NullMarked;
