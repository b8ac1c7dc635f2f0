/** Documents, and the settings of the cluster and of the bulk requests that write them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.elasticsearch.bulk;
