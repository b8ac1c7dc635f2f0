/**
 * The slot grid: ids map to slots, pairs of slots to cells, and cells to waves. Two cells of one
 * wave never share an id. Plain mathematics without Beam.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.grid;
