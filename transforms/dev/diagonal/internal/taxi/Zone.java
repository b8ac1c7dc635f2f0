package dev.diagonal.internal.taxi;

import org.jspecify.annotations.Nullable;

/**
 * A part of the city in which trips start and end.
 *
 * @param id the number by which trips refer to it
 * @param borough its borough, or null
 * @param name its name, or null
 * @param serviceZone which taxis may pick up there, or null
 */
public record Zone(
    long id, @Nullable String borough, @Nullable String name, @Nullable String serviceZone) {}
