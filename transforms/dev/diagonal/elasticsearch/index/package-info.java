/** Creates, tunes and refreshes indexes. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.elasticsearch.index;
