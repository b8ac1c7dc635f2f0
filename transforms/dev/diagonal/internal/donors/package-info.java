/**
 * Reads the projects, donations and resources of DonorsChoose and joins them into one document per
 * donation. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.donors;
