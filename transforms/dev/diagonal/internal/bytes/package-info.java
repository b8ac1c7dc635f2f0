/**
 * Growing byte buffers, variable-length integers and hashing. Has no dependency on Beam or on other
 * packages. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.bytes;
