/** Portable Beam transforms that read, aggregate and write data in parallel. */
@org.jspecify.annotations.NullMarked
package dev.diagonal;
