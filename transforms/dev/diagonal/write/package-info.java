/**
 * What every write has in common: the account it gives ({@code Written}), how it is counted, and
 * the secrets it needs. Imports {@code block} and {@code fault}; the sinks import it.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.write;
