/**
 * DonorsChoose: projects, donations and resources, prepared and joined into a document a donation.
 * May import {@code join}, {@code elasticsearch}, {@code csv}, {@code write} and what is below
 * them.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.donors;
