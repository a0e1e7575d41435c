/** The command line. */
@NullMarked
package dev.parley.localstack.commands;

import org.jspecify.annotations.NullMarked;
