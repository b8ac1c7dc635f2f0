/**
 * Reads text files: finds them, watches for new ones, cuts them into ranges and passes each range
 * to a consumer line by line.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files;
