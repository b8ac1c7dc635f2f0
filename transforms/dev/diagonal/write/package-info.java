/**
 * What all sinks have in common: what was written, secrets, text files written as a whole, dead
 * letters. May import {@code block}, {@code fault} and {@code progress}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.write;
