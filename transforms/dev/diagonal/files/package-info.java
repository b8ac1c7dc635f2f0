/**
 * Finding and reading input files exactly: listing names and patterns, checking that a file is
 * still the one that was listed, decompressing, and finding line ends. May import {@code fault},
 * and nothing else of Diagonal.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files;
