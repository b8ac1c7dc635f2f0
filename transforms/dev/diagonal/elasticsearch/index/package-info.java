/** Creates and refreshes indexes. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.elasticsearch.index;
