/**
 * Errors that a user of the library can handle: bad input, dead letters, targets that do not fit.
 * Also the settings of retries, and secrets, which no message prints.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.fault;
