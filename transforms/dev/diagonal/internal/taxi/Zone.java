package dev.diagonal.internal.taxi;

import org.jspecify.annotations.Nullable;

/**
 * A part of the city that trips start and end in.
 *
 * @param id the number that trips name it by
 * @param borough which borough it lies in, or null
 * @param name what it is called, or null
 * @param serviceZone which taxis may pick up there, or null
 */
public record Zone(
    long id, @Nullable String borough, @Nullable String name, @Nullable String serviceZone) {}
