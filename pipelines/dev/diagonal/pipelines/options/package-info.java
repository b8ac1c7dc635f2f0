/** The options that several commands share, and the settings that are made of them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.options;
