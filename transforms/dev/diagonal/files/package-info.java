/**
 * Output files that appear atomically: where they go, the part files beside them while they are
 * written, and what becomes of part files whose run is gone. Imports nothing else of Diagonal.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files;
