/** The command line: finds the command, parses its options, prints help and sets the exit code. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.command;
