/**
 * Growing byte buffers, variable-length integers and hashing. Has no dependency on Beam or on other
 * packages.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.bytes;
