/**
 * How options are declared, and what a command reports when it is called the wrong way. Every other
 * package of the pipelines may use it.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.usage;
