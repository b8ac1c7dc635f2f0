/**
 * What every write has in common: the account it gives ({@code Written}), how it is counted, and
 * the secrets it needs; text files, dead letters among them; batches and who writes them. Imports
 * {@code grid}, {@code block}, {@code files}, {@code fault} and {@code progress}; the sinks import
 * it.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.write;
