/**
 * Maps source columns to target columns: conversions, templates, filters and functions of the user.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.mapping;
