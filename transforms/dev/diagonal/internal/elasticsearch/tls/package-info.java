/** Trusts the certificate authority of a file. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.elasticsearch.tls;
