/**
 * Reads the projects, donations and resources of DonorsChoose and joins them into one document per
 * donation.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.donors;
