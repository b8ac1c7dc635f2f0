/** The options that several commands share, and the settings derived from them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.options;
