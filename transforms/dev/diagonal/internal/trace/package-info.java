/**
 * Traces statements, requests and retries for {@code --verbose} and {@code --logFile}. Imports no
 * other package of ours.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.trace;
