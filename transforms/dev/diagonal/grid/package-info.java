/**
 * The slot grid: how ids become slots, pairs of slots cells, and cells waves, so that records of
 * different cells of one wave never touch the same id. Maths first, without Beam; then the
 * transform that splits a collection by it. Imports {@code block} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.grid;
