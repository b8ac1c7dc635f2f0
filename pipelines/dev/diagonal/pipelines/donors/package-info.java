/** The command {@code donors-choose}: its options, its job and its generator of sample data. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.donors;
