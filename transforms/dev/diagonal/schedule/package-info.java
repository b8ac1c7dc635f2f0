/** Batches of one cell, their writers, and how a batch fails. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.schedule;
