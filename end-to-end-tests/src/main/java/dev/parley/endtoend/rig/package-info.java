/** The whole pipeline as tests need it: services here or in processes that can be killed, load. */
@NullMarked
package dev.parley.endtoend.rig;

import org.jspecify.annotations.NullMarked;
