/**
 * Maps the fields of an index, and sets it up for a load: replicas and refreshes are off until the
 * load ends. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.elasticsearch.index;
