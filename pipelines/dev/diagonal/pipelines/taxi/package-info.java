/** The command {@code taxi-trips}: its options, its job and its sinks. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.taxi;
