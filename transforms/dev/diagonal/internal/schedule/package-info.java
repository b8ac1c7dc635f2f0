/**
 * Runs batches of different cells at the same time, and never two whose cells share a slot. Plain
 * Java threads without Beam. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.schedule;
