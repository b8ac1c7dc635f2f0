/** Beam transforms that turn elements into documents and index them in Elasticsearch. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.elasticsearch;
