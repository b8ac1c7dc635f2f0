/**
 * Bad input, dead letters, retries with back-off, and the exceptions that several sinks share. Also
 * holds secrets, so that no message prints them.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.fault;
