/**
 * What a call shall do: the reply as a function of the request, and the directives that change its
 * course.
 */
@NullMarked
package dev.parley.simulator.script;

import org.jspecify.annotations.NullMarked;
