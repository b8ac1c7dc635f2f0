/**
 * What a transfer records so that a later run, or another worker, can go on with it: transactions,
 * ranges, parts of files and high-water marks.
 */
@NullMarked
package dev.diagonal.internal.transfer.resume;

import org.jspecify.annotations.NullMarked;
