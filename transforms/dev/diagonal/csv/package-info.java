/** The dialect of CSV files: delimiter and quote. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.csv;
