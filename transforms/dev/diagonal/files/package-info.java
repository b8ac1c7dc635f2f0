/**
 * Input files that are found and read exactly: listing names and patterns, checking that a file is
 * still the one that was listed, decompressing, finding line ends. Output files that appear
 * atomically: part files beside them while they are written, and what becomes of part files whose
 * run is gone. May import {@code fault}, and nothing else of Diagonal.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files;
