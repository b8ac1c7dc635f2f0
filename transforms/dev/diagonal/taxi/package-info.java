/**
 * Taxi trips between zones, read from files of New York's Taxi and Limousine Commission, and the
 * tables or the graph they are written to. May import the sinks, {@code csv}, {@code write}, {@code
 * grid}, {@code block} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.taxi;
