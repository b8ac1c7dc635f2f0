/**
 * The transform that reads rows from one source, converts them and writes them to one or more
 * sinks. Reading, converting and writing overlap. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.run;
